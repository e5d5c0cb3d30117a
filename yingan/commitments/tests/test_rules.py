"""Every check of domain §1.4, with numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from yingan.commitments import codes, rules
from yingan.commitments.models import Commitment
from yingan.commitments.models.counts import JOBS
from yingan.commitments.tests.factories import WHOLE

G = Commitment.RiskGrade


def test_a_whole_commitment_has_no_problem() -> None:
    assert rules.problems_of(WHOLE) == {}


@pytest.mark.parametrize("name", [*rules.REQUIRED_NUMBERS, *rules.REQUIRED_FLAGS, "text", "signatory"])
def test_each_required_item_is_missed(name: str) -> None:
    assert list(rules.problems_of(WHOLE | {name: None})) == [name]


@pytest.mark.parametrize(
    ("parts", "total", "fits"), [((5, 1, 1), 8, False), ((5, 1, 2), 8, True), ((0, 0, 0), 0, True)]
)
def test_running_stopped_and_overhauled_units_add_up(parts: tuple[int, ...], total: int, *, fits: bool) -> None:
    values = WHOLE | dict(zip(rules.PARTS, parts, strict=True)) | {"units_total": total}
    problems = rules.problems_of(values)
    assert problems == ({} if fits else {"units_stopped": "运行、停产、检修合计 7，与总数 8 不符"})


@pytest.mark.parametrize(("flag", "number"), rules.PAIRS)
@pytest.mark.parametrize(
    ("said", "count", "agrees"),
    [(True, 1, True), (True, 0, False), (False, 0, True), (False, 2, False), (True, None, True)],
)
def test_a_flag_and_its_number_agree(flag: str, number: str, said: bool, count: int | None, *, agrees: bool) -> None:
    problems = rules.problems_of(WHOLE | {flag: said, number: count, "explanation": "说明"})
    assert (number not in problems) == agrees


@pytest.mark.parametrize(
    "values", [{"is_tank_safe": False}, {"is_trial_production": True}, {"is_starting_or_stopping": True}]
)
def test_what_is_unusual_wants_an_explanation(values: dict[str, bool]) -> None:
    assert "explanation" in rules.problems_of(WHOLE | values)
    assert "explanation" not in rules.problems_of(WHOLE | values | {"explanation": "检修后开车"})


def test_no_major_hazard_cannot_be_promised_while_one_is_open() -> None:
    assert rules.problems_of(WHOLE, open_major_hazards=2) == {"has_major_hazards": "有 2 条重大隐患未核销，请选择“有”"}
    assert rules.problems_of(WHOLE | {"has_major_hazards": True}, open_major_hazards=2) == {}


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ({"has_major_hazards": True, "special_hot_work_jobs": 1}, G.MAJOR),
        ({"is_tank_safe": False}, G.MAJOR),
        ({"special_hot_work_jobs": 1, "first_hot_work_jobs": 4}, G.SERIOUS),
        ({"is_starting_or_stopping": True}, G.SERIOUS),
        ({"is_trial_production": True}, G.SERIOUS),
        ({"first_hot_work_jobs": 1}, G.GENERAL),
        ({"second_hot_work_jobs": 1}, G.GENERAL),
        ({"confined_space_jobs": 1}, G.GENERAL),
        ({"blind_plate_jobs": 1}, G.GENERAL),
        ({"has_contractor_jobs": True}, G.GENERAL),
        ({"height_jobs": 9, "lifting_jobs": 9, "other_jobs": 9}, G.LOW),
        ({}, G.LOW),
    ],
)
def test_the_default_grade_follows_the_formula(values: dict[str, object], grade: str) -> None:
    assert rules.default_grade(WHOLE | values)[0] == grade


@pytest.mark.parametrize(
    ("chosen", "reason", "accepted"),
    [
        (G.MAJOR, "", True),
        (G.SERIOUS, "", True),
        (G.GENERAL, "", False),
        (G.LOW, " ", False),
        (G.LOW, "动火已改期", True),
    ],
)
def test_lowering_the_grade_wants_a_reason(chosen: str, reason: str, *, accepted: bool) -> None:
    values = WHOLE | {"special_hot_work_jobs": 1, "risk_grade": chosen, "risk_reason": reason}
    assert ("risk_reason" not in rules.problems_of(values)) == accepted


def test_the_deadline_is_a_parameter_in_local_time(settings: object) -> None:
    day = dt.date(2026, 3, 18)
    assert rules.deadline_of(day).isoformat() == "2026-03-18T10:00:00+08:00"
    settings.COMMITMENT_DEADLINE = "09:30"  # type: ignore[attr-defined]
    assert rules.deadline_of(day).isoformat() == "2026-03-18T09:30:00+08:00"


def test_the_exchange_codes_name_real_columns_and_every_state() -> None:
    columns = {field.name for field in Commitment._meta.fields}
    assert set(codes.COLUMN_CODES) <= columns
    assert set(JOBS) - set(codes.COLUMN_CODES) == {"other_jobs"}
    assert set(codes.STATUS_CODES) == set(Commitment.Status)
    assert set(codes.RISK_CODES) == set(G)
