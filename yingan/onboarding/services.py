"""Writing the first day of an enterprise and the choice of its supervision."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yingan.accounts import services as accounts
from yingan.accounts.models import OfficePost, Role, User
from yingan.enterprises import services as enterprises
from yingan.enterprises.models import Enterprise
from yingan.kernel import audit, clock, tenancy
from yingan.kernel.workflow import StepRefused, history_of
from yingan.notifications import services as notifications
from yingan.onboarding.models import SupervisionChange
from yingan.onboarding.workflow import CONFIRMATION, OPEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from yingan.kernel.models import Transition
    from yingan.regions.models import Office

State = Enterprise.SupervisionState


class ChangeRefused(Exception):
    """The supervision cannot be changed now; the message says why and is fit to show."""


@transaction.atomic
def admit(vouched: accounts.Person) -> User:
    """Return our user for whom the identity provider vouches; a new credit code gets its enterprise and administrator.

    :raises SignInRefused: if it is no legal person, or its code is bound to somebody else
    """
    user = accounts.person_of(vouched)
    if user is not None:
        return user
    uscc = accounts.credit_code(vouched)
    try:
        with transaction.atomic():
            enterprise = enterprises.found(
                uscc=uscc,
                name=(vouched.enterprise_name or uscc)[:120],
                legal_person=vouched.legal_person[:40],
                phone=vouched.phone.removeprefix("+86"),
            )
            return accounts.create_administrator(enterprise, vouched)
    except IntegrityError as twice:
        raise accounts.SignInRefused(
            "该企业已在平台建档，请重新从【法人用户登录】进入；仍不能登录的，请联系运维人员。"
        ) from twice


@transaction.atomic
def save_registration(enterprise: Enterprise, facts: Mapping[str, Any], *, by: User) -> SupervisionChange | None:
    """Save 企业注册信息; return the choice of supervision that this made, if it made one.

    :raises ChangeRefused: if a change of supervision is under way already
    """
    rest = {name: value for name, value in facts.items() if name not in ("trade", "office", "reason", "city")}
    enterprises.save_facts(enterprise, rest, by=by)
    return choose_supervision(
        enterprise, trade=facts["trade"], office=facts["office"], by=by, reason=facts.get("reason", "")
    )


@transaction.atomic
def choose_supervision(
    enterprise: Enterprise, *, trade: str, office: Office, by: User, reason: str = ""
) -> SupervisionChange | None:
    """Choose 监管类型 and 监管部门: at once if none is confirmed yet or the last was returned, else by asking.

    Return None if nothing changes.

    :raises ChangeRefused: if a change is under way already
    """
    locked = Enterprise.unscoped.select_for_update().get(pk=enterprise.pk)
    if (locked.trade, locked.office_id) == (trade, office.pk) and locked.supervision_state != State.RETURNED:
        return None
    if SupervisionChange.unscoped.filter(enterprise=locked, status__in=OPEN).exists():
        raise ChangeRefused("监管信息正在等待监管部门确认，确认或撤回后才能再次变更；其他信息可以照常修改。")
    is_first = locked.supervision_state in (State.UNSET, State.RETURNED)
    change = SupervisionChange.unscoped.create(
        enterprise=locked,
        is_first=is_first,
        enterprise_name=locked.name,
        uscc=locked.uscc,
        old_trade="" if is_first else locked.trade or "",
        old_office=None if is_first else locked.office,
        new_trade=trade,
        new_office=office,
        new_region=office.region.code,
        reason=reason,
        asked_by=by,
        asked_at=clock.now(),
    )
    if is_first:
        enterprises.set_supervision(enterprise, trade=trade, office=office, state=State.PENDING, by=by)
    detail = {"trade": trade, "office": office.pk, "first": is_first}
    audit.record("onboarding.supervision.ask", by=by, subject=change, detail=detail)
    _tell_reviewers(change)
    return change


@transaction.atomic
def confirm(change: SupervisionChange, *, by: User, note: str = "", now: dt.datetime) -> SupervisionChange:
    """Agree for the authorities that `by` stands for; when both have, the new supervision holds at once.

    :raises StepRefused: if the state or role forbids it, or this authority has agreed already
    """
    with _acting(change, by):
        fresh = SupervisionChange.unscoped.select_for_update().get(pk=change.pk, enterprise_id=change.enterprise_id)
        old, new = sides(fresh, by)
        if not (old and not fresh.old_agreed_at) and not (new and not fresh.new_agreed_at) and fresh.is_open:
            raise StepRefused("贵单位已经同意，正在等待另一监管部门。")
        fresh.old_agreed_at = fresh.old_agreed_at or (now if old else None)
        fresh.new_agreed_at = fresh.new_agreed_at or (now if new else None)
        complete = bool(fresh.new_agreed_at and (fresh.is_first or fresh.old_agreed_at))
        CONFIRMATION.move(fresh, "confirm" if complete else "agree", by=by, note=note, now=now)
        fresh.save(update_fields=["old_agreed_at", "new_agreed_at"])
        enterprise = Enterprise.unscoped.get(pk=fresh.enterprise_id)
        if complete:
            enterprises.set_supervision(
                enterprise, trade=fresh.new_trade, office=fresh.new_office, state=State.CONFIRMED, by=by
            )
            _tell_enterprise(fresh, "监管信息已确认", f"监管类型、监管部门已由{by.office}确认，立即生效。")
        audit.record(f"onboarding.supervision.{'confirm' if complete else 'agree'}", by=by, subject=fresh)
    return fresh


@transaction.atomic
def send_back(change: SupervisionChange, *, by: User, note: str, now: dt.datetime) -> SupervisionChange:
    """Return a choice with an opinion: a first one is to be chosen anew, a change is off and the old one stays.

    :raises StepRefused: if the state, the role or a missing opinion forbids it
    """
    with _acting(change, by):
        sides(change, by)
        CONFIRMATION.move(change, "return", by=by, note=note, now=now)
        if change.is_first:
            enterprise = Enterprise.unscoped.select_for_update().get(pk=change.enterprise_id)
            enterprises.set_supervision(
                enterprise, trade=change.new_trade, office=change.new_office, state=State.RETURNED, by=by
            )
        _tell_enterprise(change, "监管信息被退回", f"{by.office}退回了您选择的监管信息：{note}。请修改后重新提交。")
        audit.record("onboarding.supervision.return", by=by, subject=change)
    return change


@transaction.atomic
def withdraw(change: SupervisionChange, *, by: User, now: dt.datetime) -> SupervisionChange:
    """Take an asked change back; a first choice works already and cannot be taken back.

    :raises StepRefused: if the state or role forbids it
    """
    if change.is_first:
        raise StepRefused("首次选择已经生效，不能撤回；如有误，请联系监管部门退回。")
    CONFIRMATION.move(change, "withdraw", by=by, now=now)
    audit.record("onboarding.supervision.withdraw", by=by, subject=change)
    return change


def sides(change: SupervisionChange, user: User) -> tuple[bool, bool]:
    """Tell whether the officer's office covers the old and the new authority (the province's covers both).

    :raises StepRefused: if it covers neither
    """
    scope = user.scope
    old_code = change.old_office.region.code if change.old_office else None
    old = not change.is_first and _covers(scope, old_code, change.old_trade)
    new = _covers(scope, change.new_region, change.new_trade)
    if not (old or new):
        raise StepRefused("该企业不在您的监管范围内。")
    return old, new


def _covers(scope: tenancy.Scope, code: int | None, trade: str) -> bool:
    if code is None or scope.region_from is None or scope.region_to is None:
        return False
    return scope.region_from <= code <= scope.region_to and trade in scope.trades


def history(change: SupervisionChange, *, by: User) -> list[Transition]:
    """Return the steps that the choice took, also to the new office that does not see the enterprise yet."""
    with _acting(change, by):
        return history_of(change)


@contextmanager
def _acting(change: SupervisionChange, user: User) -> Iterator[None]:
    """Act on the one enterprise for an officer who passed the gate of the row, then take the officer's scope again."""
    tenancy.set_scope(tenancy.Scope(user_id=user.pk, enterprise_id=change.enterprise_id))
    try:
        with transaction.atomic():
            yield
    finally:
        tenancy.set_scope(user.scope)


def _tell_reviewers(change: SupervisionChange) -> None:
    offices = [office.pk for office in (change.old_office, change.new_office) if office]
    posts = OfficePost.objects.filter(
        office_id__in=offices, role=Role.REVIEWER, trades__overlap=[change.new_trade, change.old_trade]
    )
    what = "首次选择了监管部门" if change.is_first else "申请变更监管信息"
    notifications.notify(
        User.objects.filter(pk__in=posts.values("user_id"), is_active=True),
        title=f"{change.enterprise_name}{what}",
        body="请在【监管信息确认】中确认或退回。",
        url=f"/authority/confirmations/{change.pk}/",
        key=f"supervision-{change.pk}",
    )


def _tell_enterprise(change: SupervisionChange, title: str, body: str) -> None:
    administrators = User.objects.filter(
        memberships__enterprise_id=change.enterprise_id, memberships__role=Role.ENTERPRISE_ADMIN, is_active=True
    )
    notifications.notify(administrators, title=title, body=body, url="/enterprise/registration/")
