"""The audit log: one chain each, append-only, tampering shows, refusals and failures are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from yingan.enterprises.models import Department, Enterprise
from yingan.kernel import audit
from yingan.kernel.models import AuditEntry, PlatformAuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User

pytestmark = pytest.mark.django_db


def chain_of(enterprise_id: int | None) -> list[AuditEntry]:
    return list(AuditEntry.unscoped.filter(enterprise_id=enterprise_id).order_by("seq"))


def test_each_enterprise_and_the_platform_have_a_chain(plant: Enterprise, neighbour: User, admin: User) -> None:
    for subject in (plant, neighbour.enterprise, plant):
        assert subject
        audit.record("a.step", by=admin, enterprise_id=subject.pk, detail={"n": 1, "名": "甲"})
    audit.record("platform.step")
    assert [entry.seq for entry in chain_of(plant.pk)] == [1, 2]
    assert [entry.seq for entry in chain_of(neighbour.enterprise_id)] == [1]
    assert PlatformAuditEntry.objects.get().seq == 1
    assert audit.broken_links(chain_of(plant.pk)) == []


@pytest.mark.parametrize("table", ["kernel_auditentry", "kernel_platformauditentry", "kernel_transition"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_entries_can_only_be_added(plant: Enterprise, admin: User, table: str, verb: str) -> None:
    audit.record("a.step", by=admin, enterprise_id=plant.pk)
    audit.record("platform.step")
    from yingan.kernel.models import Transition

    Transition.unscoped.create(enterprise=plant, model="x", row_id=1, action="a", label="a", source="a", target="b",
                               at=AuditEntry.unscoped.get().at)  # fmt: skip
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
        connection.cursor().execute(verb.format(table))


@pytest.mark.parametrize("column", ["action", "user_name", "detail", "previous_hash", "subject_id"])
def test_a_changed_entry_is_found(plant: Enterprise, admin: User, column: str) -> None:
    for _ in range(5):
        audit.record("a.step", by=admin, enterprise_id=plant.pk, detail={"n": 1})
    chain = chain_of(plant.pk)
    setattr(chain[2], column, {"n": 2} if column == "detail" else "x")
    assert audit.broken_links(chain) == [3]


def test_a_missing_entry_is_found(plant: Enterprise, admin: User) -> None:
    for _ in range(5):
        audit.record("a.step", by=admin, enterprise_id=plant.pk)
    chain = chain_of(plant.pk)
    del chain[2]
    assert audit.broken_links(chain) == [4]


@pytest.mark.urls("yingan.kernel.tests.urls_that_fail")
def test_a_refusal_is_remembered(admin: User, signed_in: Callable[[User], Client]) -> None:
    signed_in(admin).get("/refuse/")
    entry = chain_of(admin.enterprise_id)[-1]
    assert (entry.action, entry.detail["view"], entry.user_id) == ("request.refused", "refuse", admin.pk)


@pytest.mark.urls("yingan.kernel.tests.urls_that_fail")
def test_a_failure_leaves_its_entry_and_nothing_else(admin: User, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(admin)
    client.raise_request_exception = False
    answer = client.get("/fail/")
    assert answer.status_code == 500
    assert not Department.unscoped.filter(name="不该留下").exists()
    entry = chain_of(admin.enterprise_id)[-1]
    assert (entry.action, entry.detail["status"]) == ("request.failed", 500)


def test_the_command_checks_every_chain(plant: Enterprise, admin: User, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        audit.record("a.step", by=admin, enterprise_id=plant.pk)
    audit.record("platform.step")
    call_command("verify_audit")
    assert f"企业 {plant.pk}：3 条，末号 3，完整" in capsys.readouterr().out


def test_the_command_finds_an_altered_entry(plant: Enterprise, admin: User) -> None:
    for _ in range(3):
        audit.record("a.step", by=admin, enterprise_id=plant.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE kernel_auditentry SET action = 'x' WHERE enterprise_id = %s AND seq = 2", [plant.pk])
    with pytest.raises(CommandError, match="1 处"):
        call_command("verify_audit")


def test_the_command_refuses_a_role_that_sees_nothing(plant: Enterprise) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yingan_worker")
    with pytest.raises(CommandError, match="YINGAN_ROLE=owner"):
        call_command("verify_audit")
