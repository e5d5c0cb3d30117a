"""What the authority reads: the queue of the reviewer, who owes and who has reported on a day, the count by county."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.utils import timezone

from yingan.commitments import rules, sheet
from yingan.commitments.models import Commitment, DeadlineRun
from yingan.enterprises.models import Enterprise
from yingan.regions.models import Region, Trade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import _User

S = Commitment.Status
G = Commitment.RiskGrade
RISK_ORDER = Case(
    *[When(risk_grade=grade, then=Value(rank)) for grade, rank in rules.SEVERITY.items()],
    default=Value(len(rules.SEVERITY)),
    output_field=IntegerField(),
)
DAY_COLUMNS = (
    "enterprise_id", "day", "status", "is_late", "risk_grade", "contradiction_count", "submitted_at", "reviewed_at",
    "signatory",
)  # fmt: skip


@dataclass(frozen=True)
class DayRow:
    """One enterprise that owes a commitment for the day, and the commitment if it has one."""

    enterprise: Enterprise
    commitment: Commitment | None

    @property
    def status(self) -> str:
        """The state of its commitment, or '' where there is none."""
        return self.commitment.status if self.commitment else ""

    @property
    def is_promised(self) -> bool:
        """Tell whether it has promised."""
        return self.commitment is not None and self.commitment.is_promised

    @property
    def differs(self) -> bool:
        """Tell whether its commitment contradicts the platform's data."""
        return self.commitment is not None and self.commitment.contradiction_count > 0

    @property
    def is_overdue(self) -> bool:
        """Tell whether the deadline passed without a submission, handed in later or not."""
        return self.commitment is not None and self.commitment.is_late


def _with_risk(*grades: str) -> Callable[[DayRow], bool]:
    return lambda row: row.is_promised and row.commitment is not None and row.commitment.risk_grade in grades


# Each figure of the authority's pages: its words and which rows it counts; the drill-down lists exactly these rows.
FIGURES: dict[str, tuple[str, Callable[[DayRow], bool]]] = {
    "due": ("应承诺", lambda row: True),
    "promised": ("已承诺", lambda row: row.is_promised),
    "open": ("未承诺", lambda row: not row.is_promised),
    "overdue": ("逾期", lambda row: row.is_overdue),
    "waiting": ("待审核", lambda row: row.status == S.SUBMITTED),
    "published": ("审核通过", lambda row: row.status == S.PUBLISHED),
    "returned": ("已退回", lambda row: row.status == S.RETURNED),
    "differing": ("与数据不一致", lambda row: row.is_promised and row.differs),
    "major": ("重大风险", _with_risk(G.MAJOR)),
    "serious": ("较大风险", _with_risk(G.SERIOUS)),
    "general": ("一般风险", _with_risk(G.GENERAL)),
    "low": ("低风险", _with_risk(G.LOW)),
}  # fmt: skip


def day_rows(user: _User, day: dt.date, *, county: int | None = None, name: str = "") -> list[DayRow]:
    """Return the enterprises that the person supervises and that owe a commitment for the day, with theirs.

    Once the day is closed its rows say who owed one; before, who owes now. In three queries, whatever the number.
    """
    enterprises = Enterprise.visible_to(user).filter(trade=Trade.HAZCHEM).select_related("region")
    if county is not None:
        enterprises = enterprises.filter(region__code=county)
    if name:
        enterprises = enterprises.filter(name__icontains=name)
    rows = Commitment.visible_to(user).filter(day=day).only(*DAY_COLUMNS)
    known = {row.enterprise_id: row for row in rows}
    is_closed = DeadlineRun.objects.filter(day=day).exists()
    return [
        DayRow(enterprise, known.get(enterprise.pk))
        for enterprise in enterprises
        if enterprise.pk in known or (not is_closed and rules.owes(enterprise, day))
    ]


def figure_rows(rows: Iterable[DayRow], figure: str) -> list[DayRow]:
    """Return the rows that a figure counts; an unknown figure counts all."""
    counts = FIGURES.get(figure, FIGURES["due"])[1]
    return [row for row in rows if counts(row)]


def counts_of(rows: Iterable[DayRow]) -> dict[str, int]:
    """Return every figure of some rows."""
    kept = list(rows)
    return {name: sum(map(counts, kept)) for name, (_, counts) in FIGURES.items()}


@dataclass(frozen=True)
class CountyLine:
    """The figures of one county; `code` is None where an enterprise has named none, and for the total."""

    code: int | None
    name: str
    counts: dict[str, int]

    @property
    def rate(self) -> str:
        """The share of those who have promised, in per cent."""
        return f"{100 * self.counts['promised'] / self.counts['due']:.1f}%" if self.counts["due"] else "—"


def roll_up_by_county(user: _User, day: dt.date) -> tuple[list[CountyLine], CountyLine]:
    """Return the figures of a day by county (安全风险研判与承诺数据, domain §1.5), and their total."""
    rows = day_rows(user, day)
    by_county: dict[int | None, list[DayRow]] = {}
    for row in rows:
        region: Region | None = row.enterprise.region
        by_county.setdefault(region.code if region else None, []).append(row)
    names = {row.enterprise.region.code: row.enterprise.region.name for row in rows if row.enterprise.region}
    lines = [
        CountyLine(code, names[code] if code else "未填行政区划", counts_of(kept))
        for code, kept in sorted(by_county.items(), key=lambda item: item[0] or 999_999)
    ]
    return lines, CountyLine(None, "合计", counts_of(rows))


@dataclass(frozen=True)
class QueueRow:
    """One line of the reviewer's queue."""

    commitment: Commitment
    waits_min: int
    change_count: int | None  # None where there is nothing to compare with
    first_contradiction: dict[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> str:
        """How long it waits, in words."""
        return sheet.minutes_in_words(self.waits_min)


def queue_of(user: _User) -> QuerySet[Commitment]:
    """Return what waits for review, of any day: by contradictions, then risk, then waiting time."""
    waiting = Commitment.visible_to(user).filter(status=S.SUBMITTED).select_related("enterprise__region")
    return waiting.order_by(F("contradiction_count").desc(), RISK_ORDER, "submitted_at", "pk")


def queue_lines(commitments: list[Commitment], *, now: dt.datetime) -> list[QueueRow]:
    """Return the lines of a page of the queue: how long each waits and in how many items it differs from the last."""
    earlier = _earlier(commitments)
    return [_line(row, earlier.get(row.enterprise_id), now) for row in commitments]


def _line(row: Commitment, last: Commitment | None, now: dt.datetime) -> QueueRow:
    waits = int((now - row.submitted_at).total_seconds() // 60) if row.submitted_at else 0
    differs = None
    if last is not None:
        differs = len(sheet.changes(sheet.content_of(last), sheet.content_of(row)))
    return QueueRow(row, waits, differs, row.contradictions[0] if row.contradictions else {})


def _earlier(commitments: list[Commitment]) -> dict[int, Commitment]:
    """Return the commitment of the day before for each of a page's enterprises, in one query."""
    wanted = {(row.enterprise_id, row.day - dt.timedelta(days=1)) for row in commitments}
    rows = Commitment.unscoped.filter(
        enterprise_id__in={pair[0] for pair in wanted}, day__in={pair[1] for pair in wanted}
    ).exclude(status=S.MISSED)
    return {row.enterprise_id: row for row in rows if (row.enterprise_id, row.day) in wanted}


@dataclass(frozen=True)
class Desk:
    """The figures at the head of the desk."""

    day: dt.date
    counts: dict[str, int]
    differences: int
    longest_wait_min: int | None
    stopped: int
    rows: list[DayRow]

    @property
    def longest_wait(self) -> str:
        """How long the oldest one of today waits, in words; '' where none does."""
        return "" if self.longest_wait_min is None else sheet.minutes_in_words(self.longest_wait_min)

    @property
    def rate(self) -> str:
        """The share of those who have promised."""
        return CountyLine(None, "", self.counts).rate


def desk_of(user: _User, *, now: dt.datetime) -> Desk:
    """Return the figures of today for the desk of an officer."""
    day = timezone.localtime(now).date()
    rows = day_rows(user, day)
    waiting = [row.commitment.submitted_at for row in rows if row.commitment and row.status == S.SUBMITTED]
    oldest: Any = min((at for at in waiting if at), default=None)
    stopped = Enterprise.visible_to(user).filter(trade=Trade.HAZCHEM, operating_state=Enterprise.OperatingState.STOPPED)
    return Desk(
        day=day,
        counts=counts_of(rows),
        differences=sum(row.commitment.contradiction_count for row in rows if row.commitment and row.is_promised),
        longest_wait_min=int((now - oldest).total_seconds() // 60) if oldest else None,
        stopped=stopped.count(),
        rows=rows,
    )
