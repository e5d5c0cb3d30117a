"""What the enterprise's pages read: the list, the month, yesterday, the text in force, contradictions."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from yingan.accounts.models import Role, User
from yingan.commitments import contradictions, rules, sheet
from yingan.commitments.models import Commitment, CommitmentSnapshot, CommitmentTemplate
from yingan.commitments.models.template import PLATFORM_TEXT, PLATFORM_VERSION
from yingan.commitments.queries.layers import totals_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yingan.commitments.contradictions import Contradiction
    from yingan.enterprises.models import Enterprise

S = Commitment.Status
NOT_COPIED = ("day", "risk_grade", "duty_leader", "duty_leader_phone", "risk_reason")


@dataclass(frozen=True)
class Template:
    """The text in force: the enterprise's newest version, or the platform's."""

    version: int
    text: str
    made_at: dt.datetime | None = None


def administrators_of(enterprise_id: int) -> list[User]:
    """Return the people of an enterprise who write and submit its commitments."""
    return list(
        User.objects.filter(
            memberships__enterprise_id=enterprise_id, memberships__role=Role.ENTERPRISE_ADMIN, is_active=True
        )
    )


def commitment_list(user: User) -> QuerySet[Commitment]:
    """Return the commitments that a person may see, newest day first."""
    return Commitment.visible_to(user).select_related("enterprise")


def template_of(enterprise_id: int) -> Template:
    """Return the text that a commitment of the enterprise is signed with now."""
    own = CommitmentTemplate.unscoped.filter(enterprise_id=enterprise_id).order_by("-version").first()
    return Template(own.version, own.text, own.made_at) if own else Template(PLATFORM_VERSION, PLATFORM_TEXT)


def templates_of(user: User) -> QuerySet[CommitmentTemplate]:
    """Return an enterprise's own versions, newest first."""
    return CommitmentTemplate.visible_to(user).order_by("-version")


def before(commitment: Commitment) -> Commitment | None:
    """Return the enterprise's commitment of the day before, or the last one before it that was written."""
    owner = Commitment.unscoped.filter(enterprise_id=commitment.enterprise_id, day__lt=commitment.day)
    return owner.exclude(status=S.MISSED).order_by("-day").first()


def new_from(enterprise: Enterprise, day: dt.date, *, copied: Commitment | None = None) -> Commitment:
    """Return an unsaved commitment with the text in force, or as a copy of an earlier one (复制昨日)."""
    fresh = Commitment(enterprise=enterprise, day=day, text=template_of(enterprise.pk).text)
    fresh.signatory = enterprise.principal or enterprise.legal_person
    if copied is not None:
        for name in sheet.EDITED:
            if name not in NOT_COPIED:
                setattr(fresh, name, getattr(copied, name))
    return fresh


def contradictions_of(commitment: Commitment) -> list[Contradiction]:
    """Return where a commitment's values differ from what the platform knows now."""
    enterprise_id = commitment.enterprise_id
    return contradictions.found_in(
        sheet.values_of(commitment),
        alarms=contradictions.standing_alarms(enterprise_id),
        totals=totals_of(enterprise_id, commitment.day),
    )


def last_returned(commitment: Commitment) -> CommitmentSnapshot | None:
    """Return the version that was returned last, if any."""
    owner = CommitmentSnapshot.unscoped.filter(enterprise_id=commitment.enterprise_id, commitment_id=commitment.pk)
    return owner.order_by("-taken_at", "-pk").first()


@dataclass(frozen=True)
class Day:
    """One day of the calendar: its state in words and as a class of the calendar (is-ok, is-late, is-open, is-none)."""

    date: dt.date
    words: str
    style: str
    icon: str
    pk: int | None
    is_today: bool
    is_future: bool

    @property
    def weekday(self) -> str:
        """The day of the week in one character."""
        return sheet.weekday(self.date)[-1]


@dataclass(frozen=True)
class Month:
    """A month of commitments: weeks of days (None beside its edges) and its counts."""

    first: dt.date
    weeks: list[list[Day | None]]
    published: int
    late: int

    @property
    def days(self) -> list[Day]:
        """The days of the month in order."""
        return [day for week in self.weeks for day in week if day]

    @property
    def previous(self) -> dt.date:
        """The first day of the month before."""
        return (self.first - dt.timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> dt.date:
        """The first day of the month after."""
        return (self.first + dt.timedelta(days=32)).replace(day=1)


def month_of(user: User, first: dt.date, *, now: dt.datetime) -> Month:
    """Return a month of the person's enterprise, day by day (green, red, grey: always with a word)."""
    first = first.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    rows = Commitment.visible_to(user).filter(day__range=(first, last)).only("pk", "day", "status", "is_late")
    known = {row.day: row for row in rows}
    today = timezone.localtime(now).date()
    weeks = [
        [_day(date, known.get(date), today) if date.month == first.month else None for date in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    published = sum(row.status == S.PUBLISHED for row in known.values())
    return Month(first, weeks, published, sum(row.is_late for row in known.values()))


def _day(date: dt.date, row: Commitment | None, today: dt.date) -> Day:
    style, icon, words = "is-none", "", "无需承诺" if date < today else ""
    if row is not None:
        words = row.get_status_display() + ("（逾期）" if row.is_late else "")
        style, icon = _LOOK[S(row.status)]
        if row.is_late and row.status != S.PUBLISHED:
            style, icon = "is-late", "x"
    elif date == today:
        style, icon, words = "is-open", "", "今日未填报"
    return Day(date, words, style, icon, row.pk if row else None, date == today, date > today)


_LOOK = {
    S.MISSED: ("is-late", "x"),
    S.DRAFT: ("is-open", "pencil"),
    S.SUBMITTED: ("is-open", "hourglass"),
    S.RETURNED: ("is-late", "arrow-back-up"),
    S.PUBLISHED: ("is-ok", "check"),
}


@dataclass(frozen=True)
class TodayState:
    """What the card 今日安全承诺 says."""

    row: Commitment | None
    owes: bool
    is_checked: bool
    left_min: int  # minutes to the deadline, negative after it
    deadline: dt.datetime

    @property
    def left_words(self) -> str:
        """The time that is left, or has passed since, in words."""
        return sheet.minutes_in_words(abs(self.left_min))


def today_state(enterprise: Enterprise, *, now: dt.datetime) -> TodayState:
    """Return how today's commitment of an enterprise stands."""
    day = timezone.localtime(now).date()
    row = Commitment.unscoped.filter(enterprise_id=enterprise.pk, day=day).first()
    deadline = rules.deadline_of(day)
    left_min = int((deadline - now).total_seconds() // 60)
    return TodayState(row, enterprise.owes_commitments, enterprise.is_checked, left_min, deadline)
