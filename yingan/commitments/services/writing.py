"""The enterprise writes: save a draft, submit it, discard it; a new version of its own text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from yingan.commitments import queries, rules, sheet
from yingan.commitments.models import Commitment, CommitmentTemplate
from yingan.commitments.workflow import REVIEW
from yingan.kernel import audit, files

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import _User

    from yingan.enterprises.models import Enterprise

SYSTEM_COLUMNS = ("status", "is_late", "first_submitted_at", "submitted_at", "reviewed_at", "signed_at", "revision")
WRITTEN = (*sheet.EDITED, "reasons", "scan", "filled_by", "filled_by_name", "saved_at", "revision")


class Refused(Exception):
    """The commitment cannot be written; the message says why and is fit to show."""


class Incomplete(Refused):
    """It cannot be submitted yet: `problems` maps a column (or `reason-<key>`) to a sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(f"还不能提交：{len(problems)} 处填写有误")
        self.problems = problems


def check_new(enterprise: Enterprise, day: dt.date, *, now: dt.datetime) -> None:
    """Check that an enterprise may begin the commitment of a day.

    :raises Refused: if the day has not come, the enterprise owes none, or its data were never checked (manual §6.3)
    """
    if day > timezone.localtime(now).date():
        raise Refused("不能填报以后日期的承诺，请选择今天或以前的日期。")
    if not enterprise.owes_commitments:
        raise Refused("只有处于生产状态的危化企业需要每日承诺。如已恢复生产，请先在企业基本信息中修改企业状态。")
    if not enterprise.is_checked:
        raise Refused("首次承诺前，请先核对企业基本信息和用户组织管理，核对无误后点击“已核对”。")


@transaction.atomic
def save(
    commitment: Commitment,
    *,
    by: _User,
    now: dt.datetime,
    revision: int = 0,
    reasons: dict[str, str] | None = None,
    scan: files.Content | None = None,
) -> Commitment:
    """Save what a person wrote as a draft (保存 = 暂存); `revision` is the one that the person had before them.

    :raises Refused: if the enterprise may not begin it, it is under review, or somebody else saved in between
    """
    is_new = commitment.pk is None
    if is_new:
        check_new(commitment.enterprise, commitment.day, now=now)
        commitment.is_late = now > rules.deadline_of(commitment.day)
    else:
        _hold(commitment, by=by, now=now, revision=revision)
    commitment.revision += 1
    commitment.filled_by, commitment.filled_by_name, commitment.saved_at = by, by.name, now
    commitment.reasons = {**commitment.reasons, **(reasons or {})}
    if scan is not None:
        commitment.scan = files.store(scan, enterprise_id=commitment.enterprise_id, by=by, purpose="签字扫描件")
    _write(commitment, is_new=is_new)
    detail = {"day": commitment.day, "revision": commitment.revision}
    audit.record("commitment.add" if is_new else "commitment.change", by=by, subject=commitment, detail=detail)
    return commitment


def _hold(commitment: Commitment, *, by: _User, now: dt.datetime, revision: int) -> None:
    """Lock the row, check that it may be written, and take over what others have written to it meanwhile."""
    owner = Commitment.unscoped.filter(enterprise_id=commitment.enterprise_id)
    held = owner.select_for_update(of=("self",)).get(pk=commitment.pk)
    if not held.is_editable:
        raise Refused(f"当前状态为“{held.get_status_display()}”，不能修改。请刷新页面后查看最新状态。")
    if held.revision != revision:
        at = f"{timezone.localtime(held.saved_at):%H:%M:%S}" if held.saved_at else ""
        raise Refused(
            f"{held.filled_by_name}在 {at} 保存过这份承诺，您看到的不是最新内容。请在新窗口打开核对后再保存。"
        )
    for name in (*SYSTEM_COLUMNS, "day"):
        setattr(commitment, name, getattr(held, name))
    if held.status == Commitment.Status.MISSED:
        REVIEW.move(commitment, "fill", by=by, now=now)


def _write(commitment: Commitment, *, is_new: bool) -> None:
    if not is_new:
        commitment.save(update_fields=WRITTEN)
        return
    try:
        with transaction.atomic():
            commitment.save(force_insert=True)
    except IntegrityError as clash:
        commitment.pk = None
        raise Refused(f"{commitment.day} 的承诺已经有了，请在列表中打开后修改。") from clash


@transaction.atomic
def save_and_submit(
    commitment: Commitment,
    *,
    by: _User,
    now: dt.datetime,
    revision: int = 0,
    reasons: dict[str, str] | None = None,
    scan: files.Content | None = None,
) -> Commitment:
    """Save and hand it to the authority (保存并提交); one first submitted after the deadline stays marked as late.

    :raises Incomplete: if a rule of domain §1.4 does not hold or a contradiction has no reason
    :raises Refused: as `save`
    """
    told = {**commitment.reasons, **(reasons or {})}
    if not commitment.risk_grade:
        commitment.risk_grade = rules.default_grade(sheet.values_of(commitment))[0]
    found = queries.contradictions_of(commitment)
    problems = rules.problems_of(sheet.values_of(commitment))
    problems |= {f"reason-{one.key}": "请填写理由" for one in found if not told.get(one.key, "").strip()}
    if problems:
        raise Incomplete(problems)
    save(commitment, by=by, now=now, revision=revision, reasons=reasons, scan=scan)
    _stamp(commitment, found, told, now=now)
    action = "resubmit" if commitment.status == Commitment.Status.RETURNED else "submit"
    REVIEW.move(commitment, action, by=by, now=now)
    detail = {"day": commitment.day, "late": commitment.is_late, "contradictions": len(found)}
    audit.record("commitment.submit", by=by, subject=commitment, detail=detail)
    return commitment


def _stamp(commitment: Commitment, found: list[Any], told: dict[str, str], *, now: dt.datetime) -> None:
    if commitment.first_submitted_at is None:
        commitment.first_submitted_at = now
        commitment.is_late = now > rules.deadline_of(commitment.day)
    commitment.submitted_at = commitment.signed_at = now
    commitment.template_version = queries.template_of(commitment.enterprise_id).version
    commitment.reasons = {one.key: told[one.key].strip()[:300] for one in found}
    commitment.contradictions = [one.as_json() | {"reason": commitment.reasons[one.key]} for one in found]
    commitment.contradiction_count = len(found)
    commitment.save(
        update_fields=[
            "first_submitted_at", "is_late", "submitted_at", "signed_at", "template_version",
            "reasons", "contradictions", "contradiction_count", "risk_grade",
        ]
    )  # fmt: skip


@transaction.atomic
def discard(commitment: Commitment, *, by: _User) -> None:
    """Delete a draft that was never submitted and is not late; everything else is part of the record.

    :raises Refused: if it has been submitted before, or its deadline has passed
    """
    owner = Commitment.unscoped.filter(enterprise_id=commitment.enterprise_id)
    held = owner.select_for_update(of=("self",)).get(pk=commitment.pk)
    if held.status != Commitment.Status.DRAFT or held.first_submitted_at or held.is_late:
        raise Refused("提交过的或已逾期的承诺要留存备查，不能删除。")
    audit.record("commitment.discard", by=by, subject=held, detail={"day": held.day})
    held.delete()


@transaction.atomic
def save_template(enterprise: Enterprise, text: str, *, by: _User, now: dt.datetime) -> CommitmentTemplate:
    """Add a version of the enterprise's own text; later commitments are signed with it.

    :raises Refused: if the text is the one in force already
    """
    current = queries.template_of(enterprise.pk)
    if text.strip() == current.text:
        raise Refused(f"内容与第 {current.version} 版相同，不需要另存新版。")
    template = CommitmentTemplate.unscoped.create(
        enterprise=enterprise, version=current.version + 1, text=text.strip(), made_at=now, made_by=by,
        made_by_name=by.name,
    )  # fmt: skip
    audit.record("commitment.template", by=by, subject=template, detail={"version": template.version})
    return template
