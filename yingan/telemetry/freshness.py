"""How old a value may be: a function of the table and the time, never of an event (spec/telemetry.md §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import datetime as dt

LIVE, STALE, OFFLINE, NEVER_SEEN = "live", "stale", "offline", "never"
LABELS = {LIVE: "在线", STALE: "数据陈旧", OFFLINE: "离线", NEVER_SEEN: "从未上传"}


def stale_s() -> float:
    """Return the age in seconds from which a value is stale (settings.TELEMETRY_STALE_S, else 5 minutes)."""
    return float(getattr(settings, "TELEMETRY_STALE_S", 300))


def offline_s() -> float:
    """Return the age in seconds from which a source is offline (settings.TELEMETRY_OFFLINE_S, else 10 minutes)."""
    return float(getattr(settings, "TELEMETRY_OFFLINE_S", 600))


def state_at(seen_at: dt.datetime | None, now: dt.datetime) -> str:
    """Return LIVE, STALE, OFFLINE or NEVER_SEEN for something last seen at a time."""
    if seen_at is None:
        return NEVER_SEEN
    age = (now - seen_at).total_seconds()
    if age >= offline_s():
        return OFFLINE
    return STALE if age >= stale_s() else LIVE
