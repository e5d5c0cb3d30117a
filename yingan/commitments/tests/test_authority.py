"""The authority's desk, review and roll-up, the public board, and what strangers see: nothing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from yingan.accounts.models import Role, User
from yingan.accounts.tests import factories as people
from yingan.commitments import queries, services
from yingan.commitments.models import Commitment
from yingan.commitments.tests.factories import at, ready, submitted
from yingan.enterprises.tests import factories as places
from yingan.kernel import clock
from yingan.notifications.models import Message

if TYPE_CHECKING:
    from yingan.enterprises.models import Enterprise

pytestmark = pytest.mark.django_db
SignIn = Callable[[object], Client]
S = Commitment.Status


def plant_with(number: int, region: int = 420102, hour: int = 8, **columns: object) -> Commitment:
    place = places.enterprise(number, region=region, trade="hazchem")
    writer = people.member(place, Role.ENTERPRISE_ADMIN, username=place.uscc)
    return submitted(place, writer, clock.today(), hour, **columns)


def test_the_queue_is_ordered_by_contradictions_then_risk_then_time(reviewer: User) -> None:
    late, early = plant_with(31, hour=9), plant_with(32, hour=7)
    risky = plant_with(33, hour=9, special_hot_work_jobs=1)
    odd = plant_with(34, hour=9)
    Commitment.unscoped.filter(pk=odd.pk).update(contradiction_count=2)
    assert list(queries.queue_of(reviewer)) == [odd, risky, early, late]


def test_the_queue_compares_with_the_day_before(plant: Enterprise, admin: User, reviewer: User) -> None:
    today = clock.today()
    submitted(plant, admin, today - dt.timedelta(days=1), lifting_jobs=1)
    row = submitted(plant, admin, today, lifting_jobs=4, height_jobs=1)
    line = queries.queue_lines([row], now=at(9, 30, today))[0]
    assert (line.change_count, line.waits) == (2, "1 小时 30 分")


def test_the_reviewer_publishes_and_goes_on_to_the_next(reviewer: User, signed_in: SignIn) -> None:
    first, second = plant_with(41, special_hot_work_jobs=1), plant_with(42)
    client = signed_in(reviewer)
    page = client.get("/authority/").content.decode()
    assert page.index("示例化工一厂41") < page.index("示例化工二厂42")
    seen = first.submitted_at.isoformat() if first.submitted_at else ""
    answer = client.post(f"/authority/commitments/{first.pk}/publish/", {"seen": seen})
    assert answer.url == f"/authority/?pick={second.pk}"  # type: ignore[attr-defined]
    first.refresh_from_db()
    assert first.status == S.PUBLISHED
    assert Message.objects.get().title.endswith("审核通过")


def test_returning_shows_the_refusal_and_then_the_difference(
    plant: Enterprise, admin: User, reviewer: User, signed_in: SignIn
) -> None:
    row, client = submitted(plant, admin, clock.today(), lifting_jobs=1), signed_in(reviewer)
    refused = client.post(f"/authority/commitments/{row.pk}/return/", {"note": " "})
    assert refused.status_code == 409
    assert "退回时请填写意见" in refused.content.decode()
    client.post(f"/authority/commitments/{row.pk}/return/", {"note": "请核实吊装"})
    row = Commitment.unscoped.get(pk=row.pk)
    row.lifting_jobs = 5
    services.save_and_submit(row, by=admin, now=clock.now(), revision=row.revision)
    page = client.get(f"/authority/commitments/{row.pk}/").content.decode()
    assert "与退回的版本相比，修改 1 项" in page
    assert "请核实吊装" in page
    panel = client.get(f"/authority/commitments/{row.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert panel.lstrip().startswith("<section")


def test_an_old_page_cannot_decide(plant: Enterprise, admin: User, reviewer: User, signed_in: SignIn) -> None:
    row = submitted(plant, admin, clock.today())
    answer = signed_in(reviewer).post(f"/authority/commitments/{row.pk}/publish/", {"seen": at(1).isoformat()})
    assert answer.status_code == 409
    assert Commitment.unscoped.get(pk=row.pk).status == S.SUBMITTED


@pytest.mark.parametrize("who", ["neighbour", "rival", "other_trade", "other_county", "auditor", "nobody"])
def test_to_others_it_does_not_exist(
    plant: Enterprise, admin: User, who: str, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    row = submitted(plant, admin, clock.today())
    client = signed_in(request.getfixturevalue(who))
    for path in ("commitments/{}/", "commitments/{}/edit/", "commitments/{}/print/", "authority/commitments/{}/"):
        assert client.get("/" + path.format(row.pk)).status_code in {302, 404}
        assert plant.name not in client.get("/" + path.format(row.pk), follow=True).content.decode()
    for path in ("commitments/{}/delete/", "authority/commitments/{}/publish/", "authority/commitments/{}/return/"):
        assert client.post("/" + path.format(row.pk), {"note": "意见"}).status_code == 404
    assert Commitment.unscoped.get(pk=row.pk).status == S.SUBMITTED


def test_the_enforcer_sees_and_does_not_review(
    plant: Enterprise, admin: User, enforcer: User, signed_in: SignIn
) -> None:
    row, client = submitted(plant, admin, clock.today()), signed_in(enforcer)
    page = client.get(f"/authority/commitments/{row.pk}/")
    assert page.status_code == 200
    assert "审核意见" not in page.content.decode()
    assert client.post(f"/authority/commitments/{row.pk}/publish/").status_code == 404
    assert client.post("/authority/commitments/remind/").status_code == 404


def test_every_figure_of_the_roll_up_opens_its_rows(provincial_reviewer: User, signed_in: SignIn) -> None:
    plant_with(51, special_hot_work_jobs=1)
    plant_with(52, has_major_hazards=True)
    ready(places.enterprise(53, region=420102, trade="hazchem"))
    ready(places.enterprise(54, region=420102, trade="hazchem", operating_state="stopped"))
    published = plant_with(55, region=420506)
    services.take_step(published, "publish", by=provincial_reviewer, now=clock.now())
    lines, total = queries.roll_up_by_county(provincial_reviewer, clock.today())
    counts = {line.code: line.counts for line in lines}
    assert {key: counts[420102][key] for key in ("due", "promised", "open", "waiting", "major", "serious", "low")} == {
        "due": 3, "promised": 2, "open": 1, "waiting": 2, "major": 1, "serious": 1, "low": 0,
    }  # fmt: skip
    assert (counts[420506]["published"], total.counts["due"], total.rate) == (1, 4, "75.0%")
    client = signed_in(provincial_reviewer)
    for figure in queries.FIGURES:
        page = client.get(f"/authority/commitments/?county=420102&figure={figure}").content.decode()
        assert f"，{counts[420102][figure]} 家" in page
    names = client.get("/authority/commitments/?figure=open").content.decode()
    assert "示例化工三厂53" in names
    assert "示例化工四厂54" not in names
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/authority/roll-up/?export=1").content))
    assert [row[1] for row in book.get_sheet_by_index(0).to_python()] == ["行政区划", "江岸区", "夷陵区", "合计"]


def test_once_a_day_is_closed_its_rows_say_who_owed(reviewer: User) -> None:
    place = ready(places.enterprise(61, region=420102, trade="hazchem"))
    day = clock.today() - dt.timedelta(days=1)
    services.close_days(at(11, day=day))
    ready(places.enterprise(62, region=420102, trade="hazchem"))
    rows = queries.day_rows(reviewer, day)
    assert [(row.enterprise, row.is_overdue) for row in rows] == [(place, True)]


def test_the_desk_asks_the_same_number_of_queries_for_few_and_many(
    reviewer: User, signed_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in(reviewer)

    def count(path: str) -> int:
        with django_assert_max_num_queries(32) as seen:  # type: ignore[attr-defined]
            client.get(path)
        return len(seen)

    plant_with(71)
    few = [count(path) for path in ("/authority/", "/authority/commitments/", "/authority/roll-up/")]
    for number in range(72, 80):
        plant_with(number)
    assert [count(path) for path in ("/authority/", "/authority/commitments/", "/authority/roll-up/")] == few


def test_reminding_tells_those_who_have_not_promised_once_an_hour(reviewer: User, signed_in: SignIn) -> None:
    plant_with(81)
    silent = ready(places.enterprise(82, region=420102, trade="hazchem"))
    writer = people.member(silent, Role.ENTERPRISE_ADMIN, username=silent.uscc)
    client = signed_in(reviewer)
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(2):
            client.post("/authority/commitments/remind/")
    assert [message.recipient_id for message in Message.objects.all()] == [writer.pk]


def test_the_board_is_public_and_shows_only_todays_promise(plant: Enterprise, admin: User, reviewer: User) -> None:
    board = f"/board/{plant.board_token}/"
    submitted(plant, admin, clock.today() - dt.timedelta(days=1), text="昨日的承诺")
    assert "今日尚未承诺" in Client().get(board).content.decode()
    row = submitted(plant, admin, clock.today(), text="今日的承诺")
    page = Client().get(board).content.decode()
    assert "今日的承诺" in page
    assert "安全状态：正常" in page
    assert "昨日的承诺" not in page
    services.take_step(row, "return", by=reviewer, now=clock.now(), note="请核实")
    assert "今日尚未承诺" in Client().get(board).content.decode()
    assert Client().get("/board/guessed/").status_code == 404
    assert Client().get("/board/x/", headers={"HX-Request": "true"}).status_code == 404


def test_the_lamp_is_red_when_the_storage_is_not_safe(plant: Enterprise, admin: User) -> None:
    submitted(plant, admin, clock.today(), is_tank_safe=False, explanation="检修")
    page = Client().get(f"/board/{plant.board_token}/", headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith("<article")
    assert "is-red" in page
    assert "存在重大风险" in page


def test_the_worker_closes_days_behind_the_wall(plant: Enterprise, admin: User) -> None:
    ready(plant)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE yingan_worker")
    try:
        services.remind_due(at(9, 45))
        assert services.close_days(at(11)) == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert Commitment.unscoped.get().status == S.MISSED


def test_a_seeded_history_is_plausible_and_safe_to_repeat(plant: Enterprise, admin: User, signed_in: SignIn) -> None:
    today = clock.today()
    made = services.seed(plant, days=365, rng=Random(1), today=today)
    assert services.seed(plant, days=365, rng=Random(1), today=today) == 0
    rows = Commitment.unscoped.all()
    assert made == rows.count() >= 364
    assert {S.MISSED, S.RETURNED, S.PUBLISHED} <= set(rows.values_list("status", flat=True))
    for row in rows.filter(status=S.PUBLISHED)[:30]:
        assert row.units_total == (row.units_running or 0) + (row.units_stopped or 0) + (row.units_overhaul or 0)
    assert signed_in(admin).get("/commitments/").status_code == 200


def test_the_rows_of_a_day_are_exported_as_they_are_shown(reviewer: User, signed_in: SignIn) -> None:
    plant_with(91)
    ready(places.enterprise(92, region=420102, trade="hazchem"))
    client = signed_in(reviewer)
    answer = client.get("/authority/commitments/?export=1&figure=due")
    cells = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert {(row[0], row[4]) for row in cells[1:]} == {("示例化工一厂91", "待审核"), ("示例化工二厂92", "未承诺")}
    assert "示例化工二厂92" in client.get("/authority/commitments/?name=92").content.decode()


def test_a_picked_commitment_stands_beside_the_queue(reviewer: User, signed_in: SignIn) -> None:
    plant_with(93)
    second = plant_with(94)
    page = signed_in(reviewer).get(f"/authority/?pick={second.pk}").content.decode()
    assert 'aria-label="示例化工四厂94' in page
