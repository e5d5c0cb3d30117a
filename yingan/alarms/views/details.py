"""One alarm: what happened, the curve around it, and the steps of answering it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import ENTERPRISE_ROLES
from yingan.alarms import queries, screens, services
from yingan.alarms.forms import AnswerForm
from yingan.alarms.services import StepRefused
from yingan.alarms.views.lists import READERS
from yingan.alarms.workflow import HANDLING
from yingan.kernel import clock
from yingan.kernel.http import SignedInRequest, roles, wants_fragment

if TYPE_CHECKING:
    from yingan.alarms.models import Alarm

STEPS = {  # the buttons: action of the address → its service; 处理 is a form of its own
    "acknowledge": services.acknowledge,
    "start": services.start_handling,
    "close": services.close,
    "mark_false": services.mark_false,
    "note": services.add_note,
}
DONE = {
    "acknowledge": "已确认，请尽快核实和处置。",
    "start": "已开始处理。",
    "close": "已办结。",
    "mark_false": "已判为误报并办结。",
    "note": "已追加说明。",
}


@never_cache
@roles(*READERS)
@require_GET
def show_alarm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one alarm; htmx asks for its head and time line only."""
    return _answer(request, _visible_or_404(request, pk))


def _visible_or_404(request: SignedInRequest, pk: int) -> Alarm:
    alarm = queries.alarm_list(request.user).filter(pk=pk).first()
    if alarm is None:
        raise Http404
    return alarm


def _answer(
    request: SignedInRequest,
    alarm: Alarm,
    *,
    form: AnswerForm | None = None,
    problem: str = "",
    status: int = 200,
    with_form: bool = False,
) -> HttpResponse:
    """Render the alarm as it stands: the parts that change for htmx, else the whole page.

    The form is among the parts only if it is about the form: what somebody is typing stays.
    """
    now = clock.now()
    case = screens.case_of(alarm, queries.timeline(alarm), now)
    actions = {step.action for step in HANDLING.available(alarm, request.user)}
    is_own = request.user.enterprise_id == alarm.enterprise_id
    context: dict[str, Any] = {
        "alarm": alarm,
        "case": case,
        "actions": actions if is_own else set(),
        "form": form or AnswerForm(initial={"reason": alarm.reason, "measure": alarm.measure}),
        "problem": problem,
        "is_own": is_own,
        "with_form": with_form or "handle" not in actions,
        "duration": screens.duration_words(alarm.duration_s(now)),
    }
    if wants_fragment(request):
        return render(request, "alarms/_alarm_parts.html", context, status=status)
    margin = request.GET.get("margin", "1h")
    context |= {
        "with_form": True,
        "related": screens.related_of(alarm, request.user, now),
        "episodes": queries.episodes(alarm)[::-1][:20],
        "earlier": _earlier(request, alarm),
        "margin": margin if margin in screens.MARGINS else "1h",
        "margins": screens.MARGIN_WORDS,
        "now": clock.local(now),
    }
    return render(request, "alarms/alarm_detail.html", context, status=status)


def _earlier(request: SignedInRequest, alarm: Alarm) -> list[Alarm]:
    rows = queries.alarm_list(request.user).filter(enterprise_id=alarm.enterprise_id, point_id=alarm.point_id)
    return list(rows.exclude(pk=alarm.pk).order_by("-raised_at")[:5])


@roles(*ENTERPRISE_ROLES)
@require_POST
def take_step(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """Take one step and show the alarm as it stands afterwards; a refusal is a sentence (409)."""
    alarm = _visible_or_404(request, pk)
    try:
        STEPS[action](alarm, by=request.user, now=clock.now(), note=request.POST.get("note", ""))
    except StepRefused as refusal:
        return _refused(request, pk, str(refusal))
    return _done(request, pk, DONE[action])


@roles(*ENTERPRISE_ROLES)
@require_POST
def handle_alarm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write down reason, measure and pictures (处理)."""
    alarm = _visible_or_404(request, pk)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, alarm, form=form, status=422, with_form=True)
    try:
        services.answer(alarm, by=request.user, now=clock.now(), **form.cleaned_data)
    except StepRefused as refusal:
        return _refused(request, pk, str(refusal), form=form)
    said = "已保存处理结果，数值恢复后自动消警。" if alarm.is_standing else "已保存处理结果并消警，可以办结。"
    return _done(request, pk, said, with_form=True)


def _refused(request: SignedInRequest, pk: int, problem: str, form: AnswerForm | None = None) -> HttpResponse:
    alarm = _visible_or_404(request, pk)
    return _answer(request, alarm, form=form, problem=problem, status=409, with_form=form is not None)


def _done(request: SignedInRequest, pk: int, said: str, *, with_form: bool = False) -> HttpResponse:
    messages.success(request, said)
    if wants_fragment(request):
        return _answer(request, _visible_or_404(request, pk), with_form=with_form)
    return redirect("alarm-detail", pk=pk)


@never_cache
@roles(*READERS)
@require_GET
def curve_of_alarm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Return what the curve draws (JSON), with the limits as they were when the alarm was raised."""
    alarm = _visible_or_404(request, pk)
    return JsonResponse(screens.curve_of(alarm, request.GET.get("margin", "1h"), clock.now()))
