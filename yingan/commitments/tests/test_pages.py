"""The enterprise's pages over HTTP, served as the web role behind both walls."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter
from python_calamine import CalamineWorkbook

from yingan.alarms.models import Alarm
from yingan.commitments import services
from yingan.commitments.models import Commitment, LayerReport
from yingan.commitments.models.report import QUESTIONS
from yingan.commitments.tests.factories import WHOLE, at, ready, submitted, whole
from yingan.enterprises.models import Department
from yingan.kernel import clock
from yingan.telemetry.models import Equipment, Gateway, Point

if TYPE_CHECKING:
    from django.test.utils import CaptureQueriesContext

    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = pytest.mark.django_db
SignIn = Callable[[object], Client]
S = Commitment.Status


def typed(**changes: Any) -> dict[str, Any]:
    """Return what a browser sends for a whole commitment."""
    words = {True: "true", False: "false", None: ""}
    values = {"day": clock.today().isoformat(), "revision": 0} | WHOLE | changes
    return {key: words.get(value, value) if isinstance(value, bool | None) else value for key, value in values.items()}


@pytest.fixture
def writer(plant: Enterprise, admin: User, signed_in: SignIn) -> Client:
    ready(plant)
    return signed_in(admin)


def standing_alarm(plant: Enterprise) -> Alarm:
    gateway = Gateway.unscoped.create(enterprise=plant, code="G1", name="网关")
    tank = Equipment.unscoped.create(enterprise=plant, code="T1", name="甲醇罐区", kind="tank")
    point = Point.unscoped.create(
        enterprise=plant, code="P1", name="可燃气体", equipment=tank, kind="combustible_gas", unit="%LEL", tag="GT-1",
        gateway=gateway,
    )  # fmt: skip
    return Alarm.unscoped.create(
        enterprise=plant, point=point, equipment=tank, rule="high_high", raised_at=clock.now(), start_value=63.4,
        received_at=clock.now(), peak_value=63.4, limit=50, deadband=1, on_delay_s=0, off_delay_s=0,
    )  # fmt: skip


def test_saving_keeps_a_draft_and_submitting_hands_it_over(writer: Client) -> None:
    first = writer.post("/commitments/new/", typed(lifting_jobs=2, other_jobs=""))
    row = Commitment.unscoped.get()
    assert first.url == f"/commitments/{row.pk}/edit/"  # type: ignore[attr-defined]
    assert (row.status, row.lifting_jobs, row.other_jobs) == (S.DRAFT, 2, None)
    second = writer.post(f"/commitments/{row.pk}/edit/", typed(lifting_jobs=3, revision=1, submit="1"))
    row.refresh_from_db()
    assert second.url == f"/commitments/{row.pk}/"  # type: ignore[attr-defined]
    assert (row.status, row.lifting_jobs) == (S.SUBMITTED, 3)
    assert "待审核" in writer.get(second.url).content.decode()  # type: ignore[attr-defined]


def test_an_unfinished_submission_names_every_problem_and_keeps_what_was_typed(writer: Client) -> None:
    answer = writer.post("/commitments/new/", typed(units_stopped=5, other_jobs="", explanation="手写", submit="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "运行、停产、检修合计 12，与总数 8 不符" in page
    assert 'href="#id_units_stopped"' in page
    assert 'href="#id_other_jobs"' in page
    assert "手写" in page
    assert not Commitment.unscoped.exists()


@pytest.mark.parametrize("value", ["abc", "-1", "10000", "1.5"])
def test_a_number_is_a_number(writer: Client, value: str) -> None:
    assert writer.post("/commitments/new/", typed(lifting_jobs=value)).status_code == 422
    assert not Commitment.unscoped.exists()


def test_a_standing_grave_alarm_contradicts_safe_and_can_be_submitted_with_a_reason(
    writer: Client, plant: Enterprise
) -> None:
    alarm = standing_alarm(plant)
    refused = writer.post("/commitments/new/", typed(submit="1"))
    assert refused.status_code == 422
    assert "可燃气体 63.4 %LEL" in refused.content.decode()
    assert "高高报" in refused.content.decode()
    writer.post("/commitments/new/", typed(submit="1") | {f"reason-alarm-{alarm.pk}": "标定测试"})
    row = Commitment.unscoped.get()
    assert (row.status, row.contradiction_count, row.contradictions[0]["reason"]) == (S.SUBMITTED, 1, "标定测试")


def test_an_answered_alarm_contradicts_nothing(writer: Client, plant: Enterprise) -> None:
    Alarm.unscoped.filter(pk=standing_alarm(plant).pk).update(status=Alarm.Status.CLEARED)
    assert writer.post("/commitments/new/", typed(submit="1")).status_code == 302


def test_the_check_beside_the_form_judges_and_saves_nothing(writer: Client, plant: Enterprise) -> None:
    answer = writer.post("/commitments/check/", typed(is_starting_or_stopping=True), headers={"HX-Request": "true"})
    assert "系统按“处于开停车”判为较大" in answer.content.decode()
    assert not Commitment.unscoped.exists()


def test_copying_yesterday_and_taking_over_the_reports(
    writer: Client, plant: Enterprise, admin: User, workshop: Department
) -> None:
    submitted(plant, admin, clock.today() - dt.timedelta(days=1), lifting_jobs=7)
    page = writer.get("/commitments/new/?copy=1").content.decode()
    assert 'name="lifting_jobs" value="7"' in page
    row = LayerReport(enterprise=plant, department=workshop, day=clock.today(), confined_space_jobs=4,
                      are_units_safe=True, are_jobs_controlled=True, is_storage_safe=True,
                      are_measures_in_place=True, responsible="李示例")  # fmt: skip
    services.save_report(row, by=admin, now=clock.now(), submit=True)
    assert 'name="confined_space_jobs" value="4"' in writer.get("/commitments/new/?reports=1").content.decode()


def test_the_gate_leads_to_the_check_of_the_data(plant: Enterprise, admin: User, signed_in: SignIn) -> None:
    answer = signed_in(admin).get("/commitments/new/")
    assert answer.status_code == 409
    assert "已核对" in answer.content.decode()


def test_the_list_filters_by_day_and_state_and_exports_the_same_rows(
    writer: Client, plant: Enterprise, admin: User
) -> None:
    today = clock.today()
    for ago in (1, 2, 3):
        submitted(plant, admin, today - dt.timedelta(days=ago))
    services.save(whole(plant, today), by=admin, now=clock.now())
    query = f"?since={today - dt.timedelta(days=2)}&status=submitted"
    page = writer.get(f"/commitments/{query}").content.decode()
    assert "共 2 条" in page
    assert "没有符合条件" in writer.get("/commitments/?status=published").content.decode()
    assert "没有符合条件" in writer.get("/commitments/?since=abc").content.decode()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(writer.get(f"/commitments/export/{query}").content))
    cells = sheet.get_sheet_by_index(0).to_python()
    assert len(cells) == 3
    assert cells[0][:2] == ["承诺日期", "装置总数（套）"]
    assert cells[1][1] == 8


def test_the_list_asks_the_same_number_of_queries_for_few_and_many(
    writer: Client, plant: Enterprise, admin: User, django_assert_max_num_queries: Any
) -> None:
    def count() -> int:
        with django_assert_max_num_queries(20) as seen:
            writer.get("/commitments/")
        context: CaptureQueriesContext = seen
        return len(context)

    submitted(plant, admin, clock.today() - dt.timedelta(days=1))
    few = count()
    for ago in range(2, 15):
        submitted(plant, admin, clock.today() - dt.timedelta(days=ago))
    assert count() == few


def test_paper_detail_card_template_and_reports_open(
    writer: Client, plant: Enterprise, admin: User, workshop: Department
) -> None:
    row = submitted(plant, admin, clock.today())
    for name, args in (
        ("commitment-print", [row.pk]),
        ("commitment-detail", [row.pk]),
        ("commitment-today-card", []),
        ("commitment-template", []),
        ("commitment-reports", []),
        ("commitment-report", [workshop.pk, clock.today().isoformat()]),
    ):
        assert writer.get(reverse(name, args=args)).status_code == 200, name
    assert writer.get(reverse("commitment-report", args=[workshop.pk, "2026-13-01"])).status_code == 404


def test_a_report_is_written_and_withdrawn_over_http(
    plant: Enterprise, head: User, workshop: Department, signed_in: SignIn
) -> None:
    client, day = signed_in(head), clock.today().isoformat()
    url = reverse("commitment-report", args=[workshop.pk, day])
    assert client.post(url, {"submit": "1"}).status_code == 422
    answers = dict.fromkeys(
        ("are_units_safe", "are_jobs_controlled", "is_storage_safe", "are_measures_in_place"), "true"
    )
    assert client.post(url, answers | {"responsible": "李示例", "submit": "1"}).status_code == 302
    row = LayerReport.unscoped.get()
    assert row.status == "submitted"
    assert "请先撤回" in client.get(url).content.decode()
    client.post(reverse("commitment-report-withdraw", args=[row.pk]))
    row.refresh_from_db()
    assert row.status == "draft"


def test_a_new_text_is_saved_as_a_version(writer: Client, plant: Enterprise) -> None:
    assert writer.post("/commitments/template/", {"text": "我司承诺安全。"}).status_code == 302
    assert "第 2 版" in writer.get("/commitments/template/").content.decode()
    assert writer.post("/commitments/template/", {"text": "我司承诺安全。"}).status_code == 422


def test_a_draft_is_deleted_and_a_submitted_one_is_not(writer: Client, plant: Enterprise, admin: User) -> None:
    draft = services.save(whole(plant, clock.today()), by=admin, now=at(8, day=clock.today()))
    writer.post(f"/commitments/{draft.pk}/delete/")
    assert not Commitment.unscoped.exists()
    kept = submitted(plant, admin, clock.today())
    writer.post(f"/commitments/{kept.pk}/delete/")
    assert Commitment.unscoped.filter(pk=kept.pk).exists()


def test_a_signed_scan_is_stored_and_a_page_in_disguise_is_refused(writer: Client) -> None:
    writer_of_pdf, output = PdfWriter(), io.BytesIO()
    writer_of_pdf.add_blank_page(72, 72)
    writer_of_pdf.write(output)
    bad = SimpleUploadedFile("签字.pdf", b"<html>", "application/pdf")
    assert writer.post("/commitments/new/", typed(scan=bad)).status_code == 422
    assert not Commitment.unscoped.exists()
    good = SimpleUploadedFile("签字.pdf", output.getvalue(), "application/pdf")
    writer.post("/commitments/new/", typed(scan=good))
    row = Commitment.unscoped.get()
    assert "签字.pdf" in writer.get(f"/commitments/{row.pk}/").content.decode()


def test_a_missed_day_is_filled_over_http_and_stays_late(writer: Client, plant: Enterprise) -> None:
    day = clock.today() - dt.timedelta(days=1)
    services.close_days(at(11, day=day))
    row = Commitment.unscoped.get(day=day)
    assert "补报" in writer.get("/commitments/").content.decode()
    assert "今日本公司已完成安全风险研判" in writer.get(f"/commitments/{row.pk}/edit/").content.decode()
    writer.post(f"/commitments/{row.pk}/edit/", typed(day=day.isoformat(), revision=0, submit="1"))
    row.refresh_from_db()
    assert (row.status, row.is_late, row.day) == (S.SUBMITTED, True, day)


def test_the_card_says_what_is_to_be_done(writer: Client, plant: Enterprise, admin: User, reviewer: User) -> None:
    def card() -> str:
        return writer.get("/commitments/today/").content.decode()

    assert "填报" in card()
    row = submitted(plant, admin, clock.today())
    assert "等待审核" in card()
    services.take_step(row, "return", by=reviewer, now=clock.now(), note="请核实")
    assert "已退回" in card()
    plant.operating_state = "stopped"
    plant.save()
    assert "不需要承诺" in card()


def test_a_workshop_is_prefilled_from_its_teams_over_http(
    writer: Client, plant: Enterprise, admin: User, workshop: Department
) -> None:
    team = Department.unscoped.create(enterprise=plant, name="甲班", kind="team", parent=workshop)
    row = LayerReport(enterprise=plant, department=team, day=clock.today(), lifting_jobs=6, responsible="李示例",
                      **dict.fromkeys(QUESTIONS, True))  # fmt: skip
    services.save_report(row, by=admin, now=clock.now(), submit=True)
    url = reverse("commitment-report", args=[workshop.pk, clock.today().isoformat()])
    page = writer.get(f"{url}?prefill=1").content.decode()
    assert 'name="lifting_jobs" value="6"' in page
    assert re.search(r'<input[^>]*name="is_storage_safe" value="true"[^>]*checked', page)
    tree = writer.get("/commitments/reports/").content.decode()
    assert tree.index("一车间") < tree.index("甲班")
    office = Department.unscoped.create(enterprise=plant, name="办公室")
    assert writer.get(reverse("commitment-report", args=[office.pk, clock.today().isoformat()])).status_code == 404
