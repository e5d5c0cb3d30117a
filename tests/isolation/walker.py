"""The walker (spec/security.md §2.5): what there is to ask, and what each persona may get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

STRANGER = "stranger"
ADMINS = frozenset({"admin", "neighbour", "rival"})
STAFF = frozenset({"head", "employee"})
MEMBERS = ADMINS | STAFF
REVIEWERS = frozenset({"reviewer", "city_reviewer", "provincial_reviewer", "other_county", "other_trade"})
OFFICERS = REVIEWERS | {"enforcer"}
PLATFORM = frozenset({"system_admin", "security_admin", "auditor"})
SIGNED_IN = MEMBERS | OFFICERS | PLATFORM | {"nobody"}
EVERYBODY = SIGNED_IN | {STRANGER}
SEES_THE_PLANT = frozenset(
    {"admin", "head", "employee", "reviewer", "city_reviewer", "provincial_reviewer", "enforcer"}
)


@dataclass(frozen=True)
class Row:
    """What the matrix says of one address: who gets an answer, with which object of the plant, by which method.

    `audience` are personas; with an object only those of them who see the plant. `thing` names a maker of
    `things.py`; a thing that no enterprise owns is not `is_owned`.
    """

    audience: frozenset[str]
    thing: str = ""
    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)
    is_owned: bool = True

    def lets_in(self, persona: str) -> bool:
        """Tell whether the persona gets an answer."""
        return persona in self.audience and (not self.thing or not self.is_owned or persona in SEES_THE_PLANT)


@dataclass(frozen=True)
class Address:
    """One pattern of the site map: its name, its route and the names of its arguments."""

    name: str
    route: str
    arguments: tuple[str, ...]


def addresses(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[Address]:
    """Yield every pattern of the site map, recursively."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or "", route, tuple(entry.pattern.converters))
