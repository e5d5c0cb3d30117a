"""保存 and 保存并提交: gates, completeness, lateness, contradictions, two people at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from yingan.commitments import queries, services
from yingan.commitments.models import Commitment, CommitmentTemplate
from yingan.commitments.tests.factories import DAY, at, ready, submitted, whole
from yingan.kernel.models import AuditEntry
from yingan.kernel.workflow import history_of
from yingan.notifications.models import Message

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = pytest.mark.django_db
S = Commitment.Status


def test_a_draft_may_be_unfinished_and_a_submitted_one_may_not(plant: Enterprise, admin: User) -> None:
    draft = services.save(Commitment(enterprise=ready(plant), day=DAY), by=admin, now=at(8))
    assert (draft.status, draft.filled_by_name, draft.is_late) == (S.DRAFT, admin.name, False)
    with pytest.raises(services.Incomplete) as refusal:
        services.save_and_submit(draft, by=admin, now=at(8), revision=1)
    assert {"units_total", "text", "has_major_hazards"} <= set(refusal.value.problems)
    assert Commitment.unscoped.get(pk=draft.pk).status == S.DRAFT


def test_submitting_records_who_and_when_and_takes_the_default_grade(plant: Enterprise, admin: User) -> None:
    row = submitted(plant, admin, special_hot_work_jobs=1)
    row.refresh_from_db()
    assert (row.status, row.risk_grade, row.template_version) == (S.SUBMITTED, "serious", 1)
    assert row.submitted_at == row.signed_at == row.first_submitted_at == at(8)
    assert [step.action for step in history_of(row)] == ["submit"]
    assert list(AuditEntry.unscoped.values_list("action", flat=True)) == ["commitment.add", "commitment.submit"]


@pytest.mark.parametrize(("hour", "minute", "late"), [(9, 59, False), (10, 0, False), (10, 1, True), (23, 0, True)])
def test_after_the_deadline_it_is_late(plant: Enterprise, admin: User, hour: int, minute: int, *, late: bool) -> None:
    row = services.save_and_submit(whole(ready(plant)), by=admin, now=at(hour, minute))
    assert row.is_late is late


def test_a_late_report_is_credited_to_its_day(plant: Enterprise, admin: User) -> None:
    row = services.save_and_submit(whole(ready(plant)), by=admin, now=at(8, day=DAY + dt.timedelta(days=2)))
    assert (row.day, row.is_late) == (DAY, True)


def test_the_future_cannot_be_promised(plant: Enterprise, admin: User) -> None:
    with pytest.raises(services.Refused, match="以后日期"):
        services.save(whole(ready(plant), DAY + dt.timedelta(days=1)), by=admin, now=at(23, 59))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"checked_at": None}, "已核对"),
        ({"users_checked_at": None}, "已核对"),
        ({"operating_state": "stopped"}, "生产状态"),
        ({"trade": "mining"}, "危化"),
    ],
)
def test_the_gate_before_the_first_commitment(
    plant: Enterprise, admin: User, columns: dict[str, object], words: str
) -> None:
    ready(plant)
    for name, value in columns.items():
        setattr(plant, name, value)
    with pytest.raises(services.Refused, match=words):
        services.save(whole(plant), by=admin, now=at(8))


def test_one_day_has_one_commitment(plant: Enterprise, admin: User) -> None:
    submitted(plant, admin)
    with pytest.raises(services.Refused, match="已经有了"):
        services.save(whole(plant), by=admin, now=at(9))
    assert Commitment.unscoped.count() == 1


def test_what_is_submitted_or_published_cannot_be_written(plant: Enterprise, admin: User, reviewer: User) -> None:
    row = submitted(plant, admin)
    for _ in ("submitted", "published"):
        row.other_jobs = 5
        with pytest.raises(services.Refused, match="不能修改"):
            services.save(row, by=admin, now=at(9), revision=row.revision)
        assert Commitment.unscoped.get(pk=row.pk).other_jobs == 0
        if Commitment.unscoped.get(pk=row.pk).status == S.SUBMITTED:
            services.take_step(row, "publish", by=reviewer, now=at(9))


def test_two_people_do_not_overwrite_each_other(plant: Enterprise, admin: User) -> None:
    first = services.save(whole(ready(plant)), by=admin, now=at(8))
    second = Commitment.unscoped.get(pk=first.pk)
    services.save(first, by=admin, now=at(8, 5), revision=1)
    second.other_jobs = 9
    with pytest.raises(services.Refused, match="不是最新内容"):
        services.save(second, by=admin, now=at(8, 6), revision=1)


def test_a_returned_commitment_can_be_submitted_again_and_is_not_late(
    plant: Enterprise, admin: User, reviewer: User
) -> None:
    row = submitted(plant, admin, lifting_jobs=1)
    services.take_step(row, "return", by=reviewer, now=at(9, 50), note="请核实吊装")
    row = Commitment.unscoped.get(pk=row.pk)
    assert queries.last_returned(row).content["lifting_jobs"] == 1  # type: ignore[union-attr]
    row.lifting_jobs = 2
    services.save_and_submit(row, by=admin, now=at(11), revision=row.revision)
    row.refresh_from_db()
    assert (row.status, row.is_late, row.submitted_at) == (S.SUBMITTED, False, at(11))
    assert [step.action for step in history_of(row)] == ["submit", "return", "resubmit"]
    assert Message.objects.get(recipient_id=admin.pk).body.endswith("请核实吊装")


def test_a_draft_can_be_discarded_and_the_record_cannot(plant: Enterprise, admin: User, reviewer: User) -> None:
    draft = services.save(whole(ready(plant)), by=admin, now=at(8))
    services.discard(draft, by=admin)
    assert not Commitment.unscoped.exists()
    row = submitted(plant, admin)
    services.take_step(row, "return", by=reviewer, now=at(9), note="请核实")
    late = services.save(whole(plant, DAY - dt.timedelta(days=1)), by=admin, now=at(8))
    for kept in (row, late):
        with pytest.raises(services.Refused, match="不能删除"):
            services.discard(kept, by=admin)


def test_the_text_is_versioned_and_the_record_keeps_its_version(plant: Enterprise, admin: User) -> None:
    assert submitted(plant, admin, DAY - dt.timedelta(days=1)).template_version == 1
    services.save_template(plant, "本公司承诺安全。", by=admin, now=at(7))
    with pytest.raises(services.Refused, match="相同"):
        services.save_template(plant, "本公司承诺安全。", by=admin, now=at(7))
    row = submitted(plant, admin)
    assert (row.template_version, queries.template_of(plant.pk).text) == (2, "本公司承诺安全。")
    assert CommitmentTemplate.unscoped.count() == 1


def test_copying_takes_the_numbers_and_not_the_day(plant: Enterprise, admin: User) -> None:
    yesterday = submitted(plant, admin, DAY - dt.timedelta(days=1), lifting_jobs=3)
    copy = queries.new_from(plant, DAY, copied=yesterday)
    assert (copy.lifting_jobs, copy.day, copy.pk, copy.status) == (3, DAY, None, S.DRAFT)
    assert queries.before(copy) == yesterday
