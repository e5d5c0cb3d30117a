"""People for tests; all invented."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from yingan.accounts.models import Membership, OfficePost, User
from yingan.enterprises.tests.factories import office

if TYPE_CHECKING:
    from yingan.enterprises.models import Department, Enterprise

numbers = count(1)
PASSWORD = "Shili-Mima-2026"


def person(username: str = "", **columns: object) -> User:
    """Make a user with the password PASSWORD."""
    number = next(numbers)
    values: dict[str, object] = {
        "username": username or f"shili{number}",
        "name": f"李示例{number}",
        "phone": f"1380000{number % 10000:04d}",
    }
    user = User(**(values | columns))
    user.set_password(PASSWORD)
    user.save()
    return user


def member(enterprise: Enterprise, role: str, *, department: Department | None = None, username: str = "") -> User:
    """Make a user with a place in an enterprise."""
    user = person(username)
    Membership.unscoped.create(enterprise=enterprise, user=user, role=role, department=department)
    return user


def officer(region: int, role: str, trades: list[str]) -> User:
    """Make an officer of a division's office."""
    user = person()
    OfficePost.objects.create(user=user, office=office(region), role=role, trades=trades)
    return user
