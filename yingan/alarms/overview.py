"""Figures of enterprises for their authority: points, standing alarms, silent points, last packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from yingan.alarms.models import Alarm
from yingan.telemetry import queries as telemetry
from yingan.telemetry.models import Gateway, Point

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.contrib.auth.models import _User
    from django.db.models import QuerySet

    from yingan.enterprises.models import Enterprise


@dataclass(frozen=True)
class Figures:
    """One enterprise's figures; each is the length of the list that it leads to."""

    enterprise: Enterprise
    points: int
    standing: int
    pending: int
    lost: int
    last_packet_at: dt.datetime | None


def with_standing_alarms(user: _User) -> QuerySet[Alarm]:
    """Return the ids of the enterprises in which an alarm stands, as a subquery."""
    return Alarm.visible_to(user).order_by().filter(ended_at__isnull=True).values("enterprise_id")  # type: ignore[return-value]  # values


def connected(user: _User) -> QuerySet[Gateway]:
    """Return the ids of the enterprises that have a gateway, as a subquery."""
    return Gateway.visible_to(user).order_by().filter(retired_at__isnull=True).values("enterprise_id")  # type: ignore[return-value]  # values


def figures_of(enterprises: Sequence[Enterprise], user: _User, *, now: dt.datetime) -> list[Figures]:
    """Return the figures of some enterprises, in the same order."""
    ids = [enterprise.pk for enterprise in enterprises]
    points = list(Point.visible_to(user).filter(enterprise_id__in=ids, retired_at__isnull=True))
    readings = telemetry.latest_of(points, now=now)
    gateways = list(Gateway.visible_to(user).filter(enterprise_id__in=ids, retired_at__isnull=True))
    states = telemetry.gateway_states(gateways, now=now)
    alarms = {
        row["enterprise_id"]: row
        for row in Alarm.visible_to(user)
        .order_by()
        .filter(Q(ended_at__isnull=True) | Q(closed_at__isnull=True), enterprise_id__in=ids)
        .values("enterprise_id")
        .annotate(
            standing=Count("pk", filter=Q(ended_at__isnull=True)),
            pending=Count("pk", filter=Q(status__in=[Alarm.Status.OPEN, Alarm.Status.ACKNOWLEDGED])),
        )
    }
    found = []
    for enterprise in enterprises:
        own = [readings[point.pk] for point in points if point.enterprise_id == enterprise.pk]
        heard = [states[gateway.pk].received_at for gateway in gateways if gateway.enterprise_id == enterprise.pk]
        counts = alarms.get(enterprise.pk, {"standing": 0, "pending": 0})
        found.append(
            Figures(
                enterprise,
                len(own),
                counts["standing"],
                counts["pending"],
                sum(1 for reading in own if reading.freshness in {"offline", "never"}),
                max((at for at in heard if at is not None), default=None),
            )
        )
    return found
