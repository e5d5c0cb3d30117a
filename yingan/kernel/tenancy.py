"""The second wall's scope: who acts, set by SET LOCAL inside the one transaction of a request or a job.

Row-level policies (`walls.py`) read these settings. Nothing here is ever set for a session, only for a transaction,
so that a pooled connection cannot carry one tenant's scope to the next request.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponse

LIVE_PREFIX = "/live/"  # streams: they set their own scope (spec/stack.md §3)


@dataclass(frozen=True)
class Scope:
    """What a person may see: one enterprise, or the enterprises that a division's office supervises in its trades."""

    user_id: int | None = None
    enterprise_id: int | None = None
    region_from: int | None = None
    region_to: int | None = None
    trades: tuple[str, ...] = ()

    def condition(self, prefix: str = "enterprise") -> Q:
        """Return the filter of the first wall on rows whose enterprise is reached by `prefix` ('' for enterprises)."""
        if self.enterprise_id is not None:
            return Q(**{f"{prefix}_id" if prefix else "id": self.enterprise_id})
        if self.region_from is not None and self.region_to is not None:
            path = f"{prefix}__" if prefix else ""
            return Q(
                **{
                    f"{path}supervised_region__range": (self.region_from, self.region_to),
                    f"{path}trade__in": self.trades,
                }
            )
        return Q(pk__in=[])


NOBODY = Scope()


def scope_of(user: Any) -> Scope:
    """Return the scope of a user; a stranger's is empty."""
    scope = getattr(user, "scope", None)
    return scope if isinstance(scope, Scope) else NOBODY


def set_scope(scope: Scope) -> None:
    """Set the scope until the end of the running transaction."""
    values = {
        "app.user_id": scope.user_id,
        "app.enterprise_id": scope.enterprise_id,
        "app.region_from": scope.region_from,
        "app.region_to": scope.region_to,
        "app.trades": ",".join(scope.trades),
    }
    calls = ", ".join(["set_config(%s, %s, true)"] * len(values))
    parameters = [part for name, value in values.items() for part in (name, "" if value is None else str(value))]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", parameters)  # only %s signs are joined


def set_local(name: str, value: str) -> None:
    """Set one further setting that a policy reads (`app.board_token`) until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


@contextmanager
def acting_for(enterprise_id: int, user_id: int | None = None) -> Iterator[None]:
    """Open a transaction in which the rows of one enterprise are reachable: for jobs and commands."""
    with transaction.atomic():
        set_scope(Scope(user_id=user_id, enterprise_id=enterprise_id))
        yield


@contextmanager
def acting_as(user: Any) -> Iterator[None]:
    """Open a transaction with the scope of a person: for streams and commands."""
    with transaction.atomic():
        set_scope(Scope(user_id=user.pk))
        set_scope(scope_of(user))
        yield


class TenantTransaction:
    """Open the request's one transaction around everything that touches the database; roll back on a 5xx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request inside a transaction; nothing that it wrote survives a 5xx."""
        if request.path.startswith(LIVE_PREFIX):
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class TenantScope:
    """Set the scope of the signed-in person for the request's transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Scope the request; streams under /live/ scope their own reads."""
        if request.path.startswith(LIVE_PREFIX):
            return self.get_response(request)
        user = request.user
        set_scope(Scope(user_id=user.pk))  # memberships are read before a tenant is known
        set_scope(scope_of(user))
        return self.get_response(request)
