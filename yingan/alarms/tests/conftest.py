"""A plant with alarms: a standing 高高报, a 高报 that came back, and one of the neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from yingan.alarms.models import Alarm, Rule
from yingan.alarms.tests import factories
from yingan.telemetry.models import Point
from yingan.telemetry.tests import factories as telemetry
from yingan.telemetry.tests import values

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise


@dataclass
class Burst:
    """What the tests of alarm pages look at."""

    gas: Point
    level: Point
    urgent: Alarm
    back: Alarm


@pytest.fixture
def burst(plant: Enterprise) -> Burst:
    """Return a standing 高高报 of a gas detector and a 高报 of a level whose value came back."""
    device = telemetry.gateway(plant)
    gas = telemetry.point(
        device, "GT-1012", name="罐区东侧可燃气体", kind=Point.Kind.COMBUSTIBLE_GAS, unit="%LEL", high=25, high_high=50
    )
    level = telemetry.point(device, "LT-1011", gas.equipment, name="T-101 液位")
    values.show(device, (gas, 63.4, 3, ("high_high", "high")), (level, 90.0, 3, ()))
    return Burst(
        gas,
        level,
        factories.alarm(gas, Rule.HIGH_HIGH, minutes_ago=18, peak_value=71.2),
        factories.alarm(level, Rule.HIGH, minutes_ago=40, ended=True),
    )


@pytest.fixture
def foreign(neighbour: User) -> Alarm:
    """Return a standing alarm of the neighbour."""
    assert neighbour.enterprise
    return factories.alarm(telemetry.point(telemetry.gateway(neighbour.enterprise), "LT-9999", name="邻厂液位"))
