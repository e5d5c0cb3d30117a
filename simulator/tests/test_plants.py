"""The demo plants: quiet by themselves, over their limits under a scenario, back to normal afterwards."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from asyncua import Client

from ops import ports
from simulator import control, credentials, opcua
from simulator.control import Member, UnknownScenario
from simulator.instruments import PLANTS, VESSELS
from simulator.plants import SCENARIOS, Plant


def breaches(plant: Plant, values: dict[str, float]) -> set[str]:
    found = set()
    for item in plant.instruments:
        low_low, low, high, high_high = item.limits
        value = values[item.tag]
        over = any(limit is not None and value > limit for limit in (high, high_high))
        under = any(limit is not None and value < limit for limit in (low, low_low))
        if over or under:
            found.add(item.tag)
    return found


@pytest.mark.parametrize("kind", PLANTS)
def test_a_quiet_hour_breaks_no_limit(kind: str) -> None:
    plant = Plant(kind, seed=7, unix_s=1.8e9)
    for _ in range(3600):
        plant.step(1, None)
        assert breaches(plant, plant.read(None)) == set()


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("leak", "tank_farm", {"GT-1012", "GT-1018"}), ("overfill", "tank_farm", {"LT-1021"}),
     ("runaway", "reactor", {"TT-2011", "PT-2011", "TT-2012"})],
)  # fmt: skip
def test_a_scenario_breaks_its_limits_within_five_minutes_and_ends(name: str, kind: str, expected: set[str]) -> None:
    plant, scenario = Plant(kind, seed=7), SCENARIOS[name]
    for _ in range(300):
        plant.step(1, scenario)
    assert breaches(plant, plant.read(scenario)) == expected
    for _ in range(600):
        plant.step(1, None)
    assert breaches(plant, plant.read(None)) == set()


def test_a_frozen_instrument_holds_its_value_while_others_move() -> None:
    plant, scenario = Plant("reactor", seed=7), SCENARIOS["frozen"]
    first = plant.read(scenario)
    plant.step(60, scenario)
    second = plant.read(scenario)
    assert first["LT-2011"] == second["LT-2011"]
    assert first["TT-2011"] != second["TT-2011"]


@pytest.mark.parametrize("kind", PLANTS)
def test_limits_are_ordered_within_the_range(kind: str) -> None:
    codes = {vessel.code for vessel in VESSELS[kind]}
    for item in PLANTS[kind]:
        ladder = [item.low, *[limit for limit in item.limits if limit is not None], item.high]
        assert ladder == sorted(set(ladder))
        assert item.equipment in codes


def test_scenarios_are_started_and_stopped_by_file(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    with pytest.raises(UnknownScenario, match="演示数据"):
        control.start("leak")
    control.set_fleet([Member("A/1", "reactor", "甲厂", 1), Member("B/1", "tank_farm", "乙厂", 2)])
    assert control.start("leak").key == "B/1"
    assert {key: scenario.name for key, scenario in control.running().items()} == {"B/1": "leak"}
    with pytest.raises(UnknownScenario, match="没有名为"):
        control.start("flood")
    control.stop()
    assert control.running() == {}


def test_credentials_differ_by_gateway_and_by_purpose() -> None:
    made = {credentials.password("s", "A/1"), credentials.password("s", "A/2"), credentials.password("t", "A/1")}
    assert len(made) == 3
    assert credentials.public_id("s", "A/1").hex not in made


def test_values_are_read_over_opc_ua_with_their_source_time() -> None:
    async def read() -> tuple[float, dt.datetime]:
        tree = opcua.Tree(ports.any_free())
        await tree.start()
        try:
            at = dt.datetime(2026, 3, 18, 8, 36, tzinfo=dt.UTC)
            await tree.show(Member("B/1", "tank_farm", "乙厂", 2), {"LT-1011": 8.4}, at)
            async with Client(f"opc.tcp://127.0.0.1:{tree.port}/yingan/") as client:
                space = await client.get_namespace_index(opcua.NAMESPACE)
                node = client.get_node(f"ns={space};s=B/1/LT-1011")
                data = await node.read_data_value()
                return data.Value.Value, data.SourceTimestamp
        finally:
            await tree.stop()

    value, at = asyncio.run(read())
    assert value == 8.4
    assert at.replace(tzinfo=dt.UTC) == dt.datetime(2026, 3, 18, 8, 36, tzinfo=dt.UTC)
