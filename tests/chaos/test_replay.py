"""Real plant data and a made series, through MQTT, against a plain reading of the same file."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

DATA = Path("/work/shared/data/tep")
VARIABLES = DATA / "variables.csv"
pytestmark = [pytest.mark.processes]
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"the plant data is not at {DATA}")
LEVELS = {"low_low": -1, "low": -1, "high": 1, "high_high": 1}


def plain_reading(file: Path, variables: Path) -> list[tuple]:
    """Say what an engineer would read out of the file: beyond a limit or not, minute by minute."""
    limits = {row["column"]: row for row in csv.DictReader(variables.open(encoding="utf-8"))}
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as stream:
        rows = list(csv.DictReader(stream))
    found = []
    for column in rows[0]:
        for level, sign in LEVELS.items():
            if column == "minute" or not limits[column][level]:
                continue
            limit, standing = float(limits[column][level]), None
            for row in rows:
                beyond = sign * float(row[column]) > sign * limit
                if beyond and standing is None:
                    standing = int(row["minute"])
                elif not beyond and standing is not None:
                    found.append((column, level, standing, int(row["minute"])))
                    standing = None
            if standing is not None:
                found.append((column, level, standing, None))
    return sorted(found, key=str)


def replayed(stack, plant, folder, file: Path, *options: str, variables: Path = VARIABLES) -> list[tuple]:
    """Replay a file with the command and return the rows of its report."""
    out = folder / "report.json"
    words = ("replay", str(file), "--variables", str(variables), "--enterprise", plant["uscc"], "--report", str(out))
    stack.manage(*words, *options)
    rows = json.loads(out.read_text("utf-8"))["alarms"]
    assert [row["raised_minute"] for row in rows] == sorted(row["raised_minute"] for row in rows)
    return [(row["point"], row["level"], row["raised_minute"], row["cleared_minute"]) for row in rows]


@needs_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("normal.csv.gz", []),
        ("fault06_a_feed_loss.csv.gz", [("XMEAS7", "high", 774, None)]),
        ("fault12_condenser_cooling.csv.gz", [("XMEAS7", "high", 2160, 2196)]),
    ],
)
def test_the_plants_runs_give_the_alarms_of_a_plain_reading(stack, plant, tmp_path, name, expected):
    found = replayed(stack, plant, tmp_path, DATA / name)
    assert sorted(found, key=str) == plain_reading(DATA / name, VARIABLES)
    assert [row for row in found if row[0] == "XMEAS7"] == expected


def made_series(folder: Path) -> tuple[Path, Path]:
    """Write a series with one variable, high 100 and low 10, and its variables file."""
    values = [50, 101, 99, 101, 102, 103, 97, 95, 94, 96, 95, 90, 92, 91, 99, 9, 8, 7, 12, 16, 15, 15, 50]
    series, variables = folder / "series.csv", folder / "variables.csv"
    series.write_text("minute,P1\n" + "".join(f"{minute},{value}\n" for minute, value in enumerate(values)))
    head = "column,description,unit,low_low,low,high,high_high\n"
    variables.write_text(head + "P1,Made pressure,kPa gauge,,10,100,\n")
    return series, variables


def test_deadband_and_delays_as_worked_out_by_hand(stack, plant, tmp_path):
    """Deadband 5, 2 minutes to raise, 3 to clear; each minute is worked out in test_judge.py for the high limit.

    Low 10: beyond from 15, raised at 17; inside by the deadband (15 and more) from 19, cleared at 22.
    """
    series, variables = made_series(tmp_path)
    options = ("--deadband", "5", "--on-delay", "120", "--off-delay", "180")
    found = replayed(stack, plant, tmp_path, series, *options, variables=variables)
    assert found == [("P1", "high", 5, 13), ("P1", "low", 17, 22)]


def test_without_deadband_and_delays_every_crossing_counts(stack, plant, tmp_path):
    series, variables = made_series(tmp_path)
    found = replayed(stack, plant, tmp_path, series, variables=variables)
    assert found == [("P1", "high", 1, 2), ("P1", "high", 3, 6), ("P1", "low", 15, 18)]
    assert sorted(found, key=str) == plain_reading(series, variables)


def test_each_run_retires_its_gateway_and_points(stack, plant, tmp_path):
    series, variables = made_series(tmp_path)
    replayed(stack, plant, tmp_path, series, variables=variables)
    assert stack.query("SELECT count(*) FROM telemetry_gateway WHERE code LIKE 'HF%%' AND retired_at IS NULL") == [(0,)]
    left = "SELECT count(*) FROM telemetry_point WHERE tag = 'P1' AND retired_at IS NULL"
    assert stack.query(left) == [(0,)]
    users = (stack.folder / "nats" / "gateways.conf").read_text("utf-8")
    assert users.count("allowed_connection_types") == 3
