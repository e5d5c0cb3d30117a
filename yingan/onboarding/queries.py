"""Reads for 企业注册信息, 企业基本信息 and the confirmations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from yingan.enterprises.models import Enterprise
from yingan.kernel.sealed import mask_phone
from yingan.kernel.workflow import history_of
from yingan.onboarding.models import SupervisionChange
from yingan.regions.models import Office, Region

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yingan.accounts.models import User
    from yingan.kernel.models import Transition

PHONES = ("legal_person_phone", "principal_phone", "safety_officer_phone")
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "一、基础信息",
        (
            "name", "uscc", "trade", "office", "industry", "economic_type", "scale", "operating_state", "founded_on",
            "employee_count", "business_scope",
        ),
    ),
    ("二、地址", ("region", "town", "registered_address", "business_address", "longitude", "latitude")),
    (
        "三、人员",
        (
            "legal_person", "legal_person_phone", "principal", "principal_phone", "safety_officer",
            "safety_officer_phone", "duty_phone",
        ),
    ),
)  # fmt: skip
WIDE = ("business_scope",)
FACTS = tuple(name for _, names in SECTIONS for name in names)


@dataclass(frozen=True)
class Fact:
    """One pair of the read-only form."""

    label: str
    shown: str
    is_wide: bool = False


@dataclass(frozen=True)
class Completeness:
    """数据完整度: how much of the form is filled, and what is missing."""

    percent: int
    missing: list[str]


def sections(enterprise: Enterprise) -> list[tuple[str, list[Fact]]]:
    """Return the enterprise's facts by section as people read them; phones masked."""
    return [(title, [_fact(enterprise, name) for name in names]) for title, names in SECTIONS]


def _fact(enterprise: Enterprise, name: str) -> Fact:
    value: Any = getattr(enterprise, name)
    label = str(Enterprise._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # only plain fields
    if name in PHONES:
        value = mask_phone(value)
    elif name == "region" and value is not None:
        value = f"{value.parent.name} {value.name}" if value.parent else value.name
    elif hasattr(enterprise, f"get_{name}_display"):
        value = getattr(enterprise, f"get_{name}_display")()
    return Fact(label, "" if value is None else str(value), name in WIDE)


def completeness(enterprise: Enterprise) -> Completeness:
    """Return how complete the enterprise's data is."""
    empty = [name for name in FACTS if getattr(enterprise, name) in (None, "")]
    labels = [str(Enterprise._meta.get_field(name).verbose_name) for name in empty]  # type: ignore[union-attr]
    return Completeness(round(100 * (len(FACTS) - len(empty)) / len(FACTS)), labels)


def cities() -> QuerySet[Region]:
    """Return the divisions of the city level."""
    return Region.objects.filter(level=Region.Level.CITY)


def counties(city: Region | None) -> QuerySet[Region]:
    """Return the counties of a city."""
    return Region.objects.filter(level=Region.Level.COUNTY, parent=city) if city else Region.objects.none()


def offices(county: Region | None, trade: str) -> QuerySet[Office]:
    """Return the offices that may supervise the trade in the county: its own, the city's and the province's."""
    if county is None:
        return Office.objects.none()
    above = [county.code, county.code // 100 * 100, county.code // 10000 * 10000]
    found = Office.objects.filter(region__code__in=above).select_related("region")
    return (found.filter(trades__contains=[trade]) if trade else found).order_by("-region__code")


def open_change(enterprise: Enterprise) -> SupervisionChange | None:
    """Return the choice of supervision that waits for an authority, if any."""
    rows = SupervisionChange.unscoped.filter(enterprise=enterprise, status__in=["asked", "half"])
    return rows.select_related("new_office", "old_office").first()


def changes(enterprise: Enterprise) -> QuerySet[SupervisionChange]:
    """Return all choices of supervision of an enterprise, newest first."""
    return SupervisionChange.unscoped.filter(enterprise=enterprise).select_related("new_office", "old_office")


def steps(enterprise: Enterprise) -> list[Transition]:
    """Return what happened to the newest choice of supervision, oldest first."""
    newest = changes(enterprise).first()
    return history_of(newest) if newest else []


def waiting(user: User) -> QuerySet[SupervisionChange]:
    """Return the choices that wait for a decision within the officer's scope."""
    return confirmations(user).filter(Q(status="asked") | Q(status="half"))


def confirmations(user: User) -> QuerySet[SupervisionChange]:
    """Return all choices within the officer's scope."""
    return SupervisionChange.visible_to(user).select_related("old_office__region", "new_office__region")
