"""One alarm: the steps from the page, refusals as sentences, pictures, the time line, the curve."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from yingan.alarms.models import Alarm, AlarmEvent, AlarmPhoto
from yingan.telemetry.tests import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.alarms.tests.conftest import Burst

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ANSWER = {"reason": "equipment", "measure": "已停泵，关闭进口阀"}


def picture(name: str = "现场.jpg") -> SimpleUploadedFile:
    """Return a small photo."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "gray").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


def do(client: Client, alarm: Alarm, action: str, data: dict[str, Any] | None = None, **extra: Any) -> Any:
    """Post one step."""
    return client.post(reverse(f"alarm-{action}", args=[alarm.pk]), data or {}, **extra)


def state(alarm: Alarm) -> str:
    """Return the state as it stands in the table."""
    return str(Alarm.unscoped.get(pk=alarm.pk).status)


def test_the_page_shows_what_a_duty_officer_needs(employee: User, burst: Burst, signed_in: SignIn) -> None:
    text = signed_in(employee).get(reverse("alarm-detail", args=[burst.urgent.pk])).content.decode()
    for shown in (
        "罐区东侧可燃气体 GT-1012", "63.4", "71.2", "报警中", "待处理：未确认", "确认警情", "确认已超时", "T-101 液位",
        "工艺异常", "标定/测试", "只能追加", "data-lasting",
    ):  # fmt: skip
        assert shown in text
    assert "办结</button>" not in text  # an employee does not close


def test_the_whole_way_from_alarm_to_close(admin: User, employee: User, burst: Burst, signed_in: SignIn) -> None:
    duty = signed_in(employee)
    assert do(duty, burst.back, "acknowledge").status_code == 302
    answer = ANSWER | {"note": "已报修", "photos": [picture(), picture("二.jpg")]}
    assert do(duty, burst.back, "handle", answer).status_code == 302
    assert state(burst.back) == "cleared"
    assert do(signed_in(admin), burst.back, "close").status_code == 302
    alarm = Alarm.unscoped.get(pk=burst.back.pk)
    assert (alarm.status, alarm.reason, alarm.handled_by_id) == ("closed", "equipment", employee.pk)
    assert AlarmPhoto.unscoped.filter(alarm=alarm).count() == 2
    kinds = list(AlarmEvent.unscoped.filter(alarm=alarm).values_list("kind", flat=True))
    assert kinds == ["raised", "acknowledged", "handled", "eliminated", "note", "closed"]
    text = signed_in(admin).get(reverse("alarm-detail", args=[alarm.pk])).content.decode()
    for shown in ("已处理：已办结", "已停泵，关闭进口阀", "现场.jpg", "已报修"):
        assert shown in text


def test_an_alarm_that_stands_stays_in_work(admin: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(admin)
    do(client, burst.urgent, "handle", ANSWER)
    assert state(burst.urgent) == "handling"
    refused = do(client, burst.urgent, "close", headers=HTMX)
    assert refused.status_code == 409
    text = refused.content.decode()
    assert "指标仍在报警中，恢复正常后才能办结" in text
    assert text.lstrip().startswith('<section class="card mb-2" id="_alarm_head"')
    assert 'hx-swap-oob="true"' in text
    assert state(burst.urgent) == "handling"


def test_a_second_acknowledgement_is_refused_with_a_sentence(
    admin: User, employee: User, burst: Burst, signed_in: SignIn
) -> None:
    do(signed_in(employee), burst.urgent, "acknowledge")
    refused = do(signed_in(admin), burst.urgent, "acknowledge")
    assert refused.status_code == 409
    assert "当前状态为“已确认”，不能确认" in refused.content.decode()
    assert AlarmEvent.unscoped.filter(alarm=burst.urgent, kind="acknowledged").count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"reason": "", "measure": "x"}, "reason"), ({"reason": "equipment", "measure": " "}, "measure"),
     ({"reason": "weather", "measure": "x"}, "reason"), ({"reason": "other", "measure": "x" * 201}, "measure")],
)  # fmt: skip
def test_an_incomplete_answer_comes_back_with_its_errors(
    employee: User, burst: Burst, signed_in: SignIn, typed: dict[str, str], field: str
) -> None:
    answer = do(signed_in(employee), burst.back, "handle", typed, headers=HTMX)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "ya-err" in answer.content.decode()
    assert state(burst.back) == "open"


def test_pictures_are_pictures_and_at_most_ten(employee: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(employee)
    wrong = SimpleUploadedFile("现场.jpg", b"not a picture", "image/jpeg")
    assert do(client, burst.back, "handle", ANSWER | {"photos": [wrong]}).status_code == 422
    assert do(client, burst.back, "handle", ANSWER | {"photos": [picture() for _ in range(11)]}).status_code == 422
    assert do(client, burst.urgent, "handle", ANSWER | {"photos": [picture() for _ in range(6)]}).status_code == 302
    more = do(client, burst.urgent, "handle", ANSWER | {"photos": [picture() for _ in range(5)]})
    assert more.status_code == 409
    assert "最多 10 张照片，已有 6 张" in more.content.decode()
    assert AlarmPhoto.unscoped.count() == 6


def test_a_false_alarm_needs_its_ground_and_a_leader(
    head: User, employee: User, burst: Burst, signed_in: SignIn
) -> None:
    refused = do(signed_in(employee), burst.urgent, "mark_false", {"note": "探头受潮"})
    assert refused.status_code == 409
    assert "您没有判为误报的权限" in refused.content.decode()
    assert do(signed_in(head), burst.urgent, "mark_false", {"note": ""}).status_code == 409
    assert do(signed_in(head), burst.urgent, "mark_false", {"note": "便携仪复测为 0"}).status_code == 302
    assert state(burst.urgent) == "false"


def test_notes_are_added_in_any_state(employee: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(employee)
    assert do(client, burst.urgent, "note", {"note": "  "}).status_code == 409
    added = do(client, burst.urgent, "note", {"note": "已通知乙班撤离"}, headers=HTMX)
    assert "已通知乙班撤离" in added.content.decode()
    assert AlarmEvent.unscoped.get(alarm=burst.urgent, kind="note").by_name == employee.name


def test_officers_read_and_see_who_answers(reviewer: User, employee: User, burst: Burst, signed_in: SignIn) -> None:
    do(signed_in(employee), burst.urgent, "acknowledge")
    client = signed_in(reviewer)
    text = client.get(reverse("alarm-detail", args=[burst.urgent.pk])).content.decode()
    assert f"确认人 {employee.name}" in text
    assert "<form" not in text.split('id="main"')[1].split("</main>")[0]
    for action in ("acknowledge", "start", "handle", "close", "mark_false", "note"):
        assert do(client, burst.urgent, action, ANSWER | {"note": "x"}).status_code == 404


@pytest.mark.parametrize("action", ["acknowledge", "start", "handle", "close", "mark_false", "note"])
def test_a_neighbour_cannot_touch_the_alarm(neighbour: User, burst: Burst, signed_in: SignIn, action: str) -> None:
    assert do(signed_in(neighbour), burst.back, action, ANSWER | {"note": "x"}).status_code == 404
    assert state(burst.back) == "open"
    assert AlarmEvent.unscoped.filter(alarm=burst.back).count() == 1


def test_unknown_steps_do_not_exist(admin: User, burst: Burst, signed_in: SignIn) -> None:
    assert signed_in(admin).post(f"/alarms/{burst.urgent.pk}/eliminate/").status_code == 404
    assert signed_in(admin).get(reverse("alarm-acknowledge", args=[burst.urgent.pk])).status_code == 405


def test_the_curve_has_the_limits_of_that_time(admin: User, burst: Burst, signed_in: SignIn) -> None:
    values.log(burst.gas.gateway, burst.gas, [5.0] * 10 + [71.2] + [63.0] * 9)
    burst.gas.high = 90
    burst.gas.high_high = 95
    burst.gas.save()
    found = signed_in(admin).get(reverse("alarm-curve", args=[burst.urgent.pk]), {"margin": "15m"}).json()
    assert found["limits"] == [["high", "高报", 25.0], ["high_high", "高高报", 50.0]]
    assert max(high for _, _, _, high, _ in found["spans"]) == pytest.approx(71.2, rel=1e-6)
    assert found["marks"][0][1].startswith("报警 ")
    assert found["unit"] == "%LEL"


def test_a_step_leaves_what_somebody_types_alone(admin: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(admin)
    text = do(client, burst.urgent, "acknowledge", headers=HTMX).content.decode()
    assert 'id="_alarm_form"' not in text
    assert "已确认，请尽快核实和处置。" in text
    assert 'id="_alarm_form"' in do(client, burst.urgent, "handle", ANSWER, headers=HTMX).content.decode()
    assert 'id="_alarm_form"' in do(client, burst.urgent, "mark_false", {"note": "x"}, headers=HTMX).content.decode()


def test_a_look_by_htmx_brings_head_and_time_line_only(admin: User, burst: Burst, signed_in: SignIn) -> None:
    text = signed_in(admin).get(reverse("alarm-detail", args=[burst.urgent.pk]), headers=HTMX).content.decode()
    assert 'id="_alarm_head"' in text
    assert 'id="_alarm_line"' in text
    assert 'id="_alarm_form"' not in text  # what somebody is typing stays
