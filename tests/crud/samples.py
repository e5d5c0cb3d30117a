"""A row, good values and bad values for every list page of the product: what test_every_page needs to know.

A page without a sample fails there. Values are as a person types them into the form (`good`, `bad`) or into a sheet
(`sheet`); `bad` changes some of the good values so that the form refuses `wrong`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yingan.telemetry.tests import factories as telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yingan.enterprises.models import Enterprise


@dataclass(frozen=True)
class Sample:
    """How the standard behaviours of one page are tried."""

    make: Callable[[Enterprise], Any]
    good: Callable[[Enterprise], Mapping[str, str]]
    bad: Mapping[str, str]
    wrong: str
    sheet: Callable[[Enterprise], Mapping[str, Any]]


def _point_of(enterprise: Enterprise) -> Any:
    return telemetry.point(telemetry.gateway(enterprise))


def _good_point(enterprise: Enterprise) -> dict[str, str]:
    device, place = telemetry.gateway(enterprise), telemetry.equipment(enterprise)
    return {
        "name": "示例液位",
        "equipment": str(place.pk),
        "kind": "level",
        "unit": "m",
        "tag": "LT-9001",
        "gateway": str(device.pk),
        "high": "10",
    }


def _point_in_a_sheet(enterprise: Enterprise) -> dict[str, Any]:
    device, place = telemetry.gateway(enterprise), telemetry.equipment(enterprise)
    return {
        "name": "示例液位",
        "equipment": str(place),
        "kind": "液位",
        "unit": "m",
        "tag": "LT-9001",
        "gateway": str(device),
        "high": 10,
    }


SAMPLES = {
    "equipment": Sample(
        make=telemetry.equipment,
        good=lambda _: {"code": "G09999", "name": "示例储罐", "kind": "tank", "state": "in_use"},
        bad={"kind": "nonsense"},
        wrong="kind",
        sheet=lambda _: {"code": "G09999", "name": "示例储罐", "kind": "储罐"},
    ),
    "point": Sample(
        make=_point_of,
        good=_good_point,
        bad={"unit": ""},
        wrong="unit",
        sheet=_point_in_a_sheet,
    ),
}
