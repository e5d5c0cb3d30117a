"""Which scenario runs where, and which plants there are: two small files in VAR_DIR/simulator.

The command line and the demo page write, the simulator reads every second. Files are replaced whole.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from simulator.plants import SCENARIOS, Scenario


@dataclass(frozen=True)
class Member:
    """One plant of the fleet: `key` is credit code/gateway code, `label` what people call it."""

    key: str
    kind: str
    label: str
    seed: int


class UnknownScenario(Exception):
    """There is no such scenario, or no plant of its kind; the message is fit to show."""


def folder() -> Path:
    """Return the folder of the two files."""
    return Path(os.environ.get("VAR_DIR", "var")) / "simulator"


def _read(name: str) -> str:
    try:
        return (folder() / name).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _write(name: str, content: object) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    draft = folder() / f"{name}.{os.getpid()}"
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    draft.replace(folder() / name)


def fleet() -> list[Member]:
    """Return the plants to simulate; empty until the demo data is loaded."""
    return [Member(**row) for row in json.loads(_read("fleet.json") or "[]")]


def set_fleet(members: list[Member]) -> None:
    """Write the plants to simulate."""
    _write("fleet.json", [asdict(member) for member in members])


def running() -> dict[str, Scenario]:
    """Return plant key → running scenario."""
    found = json.loads(_read("scenarios.json") or "{}")
    return {key: SCENARIOS[name] for key, name in found.items() if name in SCENARIOS}


def start(name: str, key: str = "") -> Member:
    """Start a scenario at the plant `key`, or at the first plant of its kind; return the plant.

    :raises UnknownScenario: if there is no such scenario or plant
    """
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise UnknownScenario(f"没有名为“{name}”的场景，可用：{'、'.join(SCENARIOS)}。")
    able = [m for m in fleet() if scenario.plant in {"any", m.kind} and key in {"", m.key}]
    if not able:
        raise UnknownScenario("没有能演示该场景的装置，请先载入演示数据，或换一套装置。")
    _write("scenarios.json", {k: s.name for k, s in running().items()} | {able[0].key: name})
    return able[0]


def stop(key: str = "") -> None:
    """Stop the scenario of one plant, or of all."""
    _write("scenarios.json", {k: s.name for k, s in running().items() if key and k != key})
