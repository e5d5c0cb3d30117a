"""Gateways, equipment and points for tests; all invented."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from yingan.telemetry.models import Equipment, Gateway, Point
from yingan.telemetry.services import equipment as equipment_services
from yingan.telemetry.services import gateways, points

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

numbers = count(1)


def gateway(owner: Enterprise, by: User | None = None, **columns: object) -> Gateway:
    """Register a gateway; its password is in `password`."""
    row = Gateway(enterprise=owner, **({"code": f"WG{next(numbers):04d}", "name": "罐区网关"} | columns))
    row.password = gateways.add(row, by=by)  # type: ignore[attr-defined]  # for tests that sign in
    return row


def equipment(owner: Enterprise, **columns: object) -> Equipment:
    """Add a tank."""
    values = {"code": f"G0{next(numbers):03d}", "name": "1号储罐", "kind": Equipment.Kind.TANK} | columns
    return equipment_services.save(Equipment(enterprise=owner, **values), by=None)


def point(device: Gateway, tag: str = "T-101.LI", place: Equipment | None = None, **columns: object) -> Point:
    """Add a level point with a high limit of 100 %, deadband and delays 0."""
    values = {"name": "液位", "kind": Point.Kind.LEVEL, "unit": "%", "high": 100.0, "deadband": 0.0} | columns
    place = place or equipment(device.enterprise)
    return points.add(Point(enterprise=device.enterprise, equipment=place, gateway=device, tag=tag, **values), by=None)
