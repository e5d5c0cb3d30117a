"""A small plant with values: a tank of the workshop with a level in alarm, a silent temperature, a foreign tank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from yingan.telemetry.models import Equipment, Gateway, Point
from yingan.telemetry.tests import factories, values

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Department, Enterprise


@dataclass
class Tanks:
    """What the tests of pages look at."""

    gateway: Gateway
    own: Equipment
    other: Equipment
    level: Point
    temperature: Point
    pressure: Point


@pytest.fixture
def tanks(plant: Enterprise, workshop: Department) -> Tanks:
    """Return a plant whose level stands at 高报, whose temperature is 7 minutes old and whose pressure is lost."""
    device = factories.gateway(plant)
    own = factories.equipment(plant, name="甲醇储罐 T-101", department=workshop)
    other = factories.equipment(plant, name="甲醇储罐 T-102")
    level = factories.point(device, "LT-1011", own, name="T-101 液位", range_low=0, range_high=120, high_high=110)
    temperature = factories.point(device, "TT-1011", own, name="T-101 温度", kind=Point.Kind.TEMPERATURE, unit="℃")
    pressure = factories.point(device, "PT-1021", other, name="T-102 压力", kind=Point.Kind.PRESSURE, unit="kPa")
    values.show(
        device, (level, 103.26, 3, ("high",)), (temperature, 23.6, 420, ()), (pressure, 0.4, 1500, ())
    )  # fmt: skip
    return Tanks(device, own, other, level, temperature, pressure)


@pytest.fixture
def foreign(neighbour: User) -> Point:
    """Return a point of the neighbour."""
    assert neighbour.enterprise
    return factories.point(factories.gateway(neighbour.enterprise), "LT-9999", name="邻厂液位")
