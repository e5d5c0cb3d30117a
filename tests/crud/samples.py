"""A row, good values and bad values for every list page of the product: what test_every_page needs to know.

A page without a sample fails there. Values are as a person types them into the form (`good`, `bad`) or into a sheet
(`sheet`); `bad` changes some of the good values so that the form refuses `wrong`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from yingan.accounts.models import Membership, Role
from yingan.accounts.tests import factories as people
from yingan.enterprises.tests import factories as places
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


def _member(enterprise: Enterprise) -> Any:
    return Membership.unscoped.get(user=people.member(enterprise, Role.EMPLOYEE))


def _good_member(enterprise: Enterprise) -> dict[str, str]:
    place = places.department(enterprise, "示例车间")
    return {
        "username": "shili9001",
        "name": "王示例",
        "phone": "13800009001",
        "department": str(place.pk),
        "role": "employee",
    }


def _member_in_a_sheet(enterprise: Enterprise) -> dict[str, Any]:
    place = places.department(enterprise, "示例二车间")
    typed = {"username": "shili9002", "name": "赵示例", "phone": "138-0000-9002"}
    return typed | {"department": str(place), "role": "部门普通员工"}


department_numbers = count(1)


def _department(enterprise: Enterprise) -> Any:
    return places.department(enterprise, f"示例部门{next(department_numbers)}")


SAMPLES = {
    "member": Sample(make=_member, good=_good_member, bad={"phone": "123"}, wrong="phone", sheet=_member_in_a_sheet),
    "department": Sample(
        make=_department,
        good=lambda _: {"name": "示例安全科", "kind": "safety_organisation", "position": "1"},
        bad={"kind": "nonsense"},
        wrong="kind",
        sheet=lambda _: {"name": "示例安全科", "kind": "安全生产机构"},
    ),
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
