"""Partitions of the log (a day each) and of the history (a month each): made ahead and dropped by the owner.

Each serving role works without a right to change tables, so this runs at every start (`manage.py make_partitions`).
What finds no partition lies in the default one and is moved when its own is made: nothing is ever refused or lost.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from yingan.kernel.walls import wall_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS_AHEAD = 60
MONTHS_AHEAD = 14


class Plan(NamedTuple):
    """A partitioned table: the column of its range and the ingest role's letters."""

    table: str
    column: str
    ingest: str


LOG = Plan("telemetry_readinglog", "received_at", "SI")
HISTORY = Plan("telemetry_historyblock", "start_at", "")


def make_ahead(today: dt.date) -> int:
    """Make the partitions of the coming days and months, and of last month; return how many were new."""
    days = [today + dt.timedelta(days=step) for step in range(-1, DAYS_AHEAD)]
    made = sum(_make(LOG, f"{day:%Y%m%d}", day, day + dt.timedelta(days=1)) for day in days)
    return made + sum(_make(HISTORY, f"{start:%Y%m}", start, end) for start, end in _months(today))


def make_months(first: dt.date, last: dt.date) -> int:
    """Make the history's partitions from one month to another: before a year of history is written."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return sum(_make(HISTORY, f"{start:%Y%m}", start, end) for start, end in _months(first, 0, count))


def drop_before(plan: Plan, day: dt.date) -> int:
    """Drop the partitions that end at or before `day` (UTC); return how many."""
    dropped = 0
    for name, end in _bounds(plan.table):
        if end <= day:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP TABLE "{name}"')
            dropped += 1
    return dropped


def _months(day: dt.date, before: int = 1, count: int = MONTHS_AHEAD) -> Iterator[tuple[dt.date, dt.date]]:
    number = day.year * 12 + day.month - 1 - before
    for month in range(number, number + count):
        following = month + 1
        yield dt.date(month // 12, month % 12 + 1, 1), dt.date(following // 12, following % 12 + 1, 1)


def _make(plan: Plan, suffix: str, start: dt.date, end: dt.date) -> bool:
    """Make one partition with its wall, take over its rows from the default one; tell whether it is new."""
    name, rest = f"{plan.table}_{suffix}", f"{plan.table}_rest"
    span = f"{plan.column} >= '{start} 00:00+00' AND {plan.column} < '{end} 00:00+00'"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return False
        parts = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE"
        cursor.execute(f"CREATE TABLE {name} (LIKE {plan.table} {parts})")
        for statement in wall_sql(name, ingest=plan.ingest):
            cursor.execute(statement)
        cursor.execute(f"LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {rest} WHERE {span} RETURNING *) INSERT INTO {name} SELECT * FROM moved"
        )
        bounds = f"FROM ('{start} 00:00+00') TO ('{end} 00:00+00')"
        cursor.execute(f"ALTER TABLE {plan.table} ATTACH PARTITION {name} FOR VALUES {bounds}")
    return True


def _bounds(table: str) -> list[tuple[str, dt.date]]:
    """Return the partitions of a table with the day at which each ends; the default one is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([0-9-]{10})'))[1]::date"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass",
            [table],
        )
        return [(name, end) for name, end in cursor.fetchall() if end is not None]
