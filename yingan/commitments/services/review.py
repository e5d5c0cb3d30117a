"""The authority decides: 通过 or 退回 with an opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yingan.commitments import queries, sheet
from yingan.commitments.models import Commitment, CommitmentSnapshot
from yingan.commitments.workflow import REVIEW
from yingan.kernel import audit
from yingan.kernel.workflow import StepRefused
from yingan.notifications import services as notifications
from yingan.notifications.models import Message

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import _User


class Stale(StepRefused):
    """The enterprise has submitted again since the reviewer opened it."""


@transaction.atomic
def take_step(
    commitment: Commitment,
    action: str,
    *,
    by: _User,
    now: dt.datetime,
    note: str = "",
    seen: dt.datetime | None = None,
) -> Commitment:
    """Publish a commitment or return it; `seen` is the submission that the reviewer had before them.

    :raises Stale: if it has been submitted again since
    :raises StepRefused: if the state, the role, the office or a missing opinion forbids it
    """
    if not Commitment.visible_to(by).filter(pk=commitment.pk).exists():
        raise StepRefused("这家企业不归您所在的部门监管，不能审核。")
    owner = Commitment.unscoped.filter(enterprise_id=commitment.enterprise_id)
    held = owner.select_for_update(of=("self",)).get(pk=commitment.pk)
    if seen is not None and held.submitted_at != seen:
        raise Stale("企业已重新提交，请核对新内容后再审核。")
    REVIEW.move(held, action, by=by, now=now, note=note.strip())
    held.reviewed_at = now
    held.save(update_fields=["reviewed_at"])
    if action == "return":
        CommitmentSnapshot.unscoped.create(
            enterprise_id=held.enterprise_id,
            commitment=held,
            taken_at=now,
            note=note.strip(),
            content=sheet.content_of(held),
        )
    audit.record(f"commitment.{action}", by=by, subject=held, detail={"day": held.day, "note": note.strip()})
    _tell(held, action, by=by, note=note.strip())
    return held


def _tell(commitment: Commitment, action: str, *, by: _User, note: str) -> None:
    returned = action == "return"
    notifications.notify(
        queries.administrators_of(commitment.enterprise_id),
        title=f"{commitment.day:%m-%d} 安全承诺{'已退回，请修改后重新提交' if returned else '审核通过'}",
        body=f"{by.office or by.name}：{note}" if note else "",
        url=commitment.get_absolute_url(),
        key=f"commitment-{commitment.pk}-{action}-{commitment.revision}",
        level=Message.Level.WARNING if returned else Message.Level.INFO,
    )
