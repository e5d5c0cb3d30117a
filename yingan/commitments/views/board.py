"""承诺公告牌: the public page for the screen at the gate; no sign-in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yingan.commitments import queries, sheet
from yingan.commitments.codes import RISK_CODES
from yingan.kernel import clock
from yingan.kernel.http import wants_fragment

BIG = (
    "units_total", "units_running", "units_stopped", "units_overhaul", "special_hot_work_jobs", "first_hot_work_jobs",
    "second_hot_work_jobs", "confined_space_jobs", "blind_plate_jobs", "height_jobs", "lifting_jobs",
    "temporary_power_jobs", "excavation_jobs", "road_closure_jobs", "maintenance_jobs", "other_jobs",
)  # fmt: skip
ANSWERS = ("is_trial_production", "is_starting_or_stopping", "has_major_hazards", "is_tank_safe")


@never_cache
@require_GET
def show_board(request: HttpRequest, token: str) -> HttpResponse:
    """Show today's promise in large print, with a lamp and its words; it asks for itself again every minute."""
    board = queries.board_of(token, now=clock.now())
    if board is None:
        raise Http404
    row = board.commitment
    context = {
        "board": board,
        "weekday": sheet.weekday(board.day),
        "numbers": [sheet.Cell(name, sheet.shown(name, getattr(row, name))) for name in BIG] if row else [],
        "answers": [sheet.Cell(name, sheet.shown(name, getattr(row, name))) for name in ANSWERS] if row else [],
        "risk_code": RISK_CODES.get(row.risk_grade) if row else None,  # type: ignore[call-overload]  # a stored word
        "now": clock.now(),
    }
    return render(request, "commitments/_board.html" if wants_fragment(request) else "commitments/board.html", context)
