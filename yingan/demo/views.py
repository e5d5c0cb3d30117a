"""The page of the demo: scenarios, the second factor's current code, and where to look. Only with DEMO=1."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from simulator import control
from simulator.plants import SCENARIOS
from yingan.demo import codes, people, places
from yingan.kernel.identifiers import fictitious_credit_code

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


def _plants() -> list[dict[str, Any]]:
    running = control.running()
    return [
        {
            "member": member,
            "running": running.get(member.key),
            "scenarios": [s for s in SCENARIOS.values() if s.plant in {"any", member.kind}],
        }
        for member in control.fleet()
    ]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show plants, scenarios and accounts."""
    _only_in_the_demo()
    now = time.time()
    context = {
        "plants": _plants(),
        "accounts": people.accounts(),
        "code": codes.code_at(os.environ.get("DEMO_TOTP_SEED", ""), now),
        "seconds": codes.seconds_left(now),
        "first": fictitious_credit_code(places.FIRST_SIGN_IN.number),
        "identity_url": settings.IDENTITY_URL,
    }
    return render(request, "demo/demo.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a scenario at a plant."""
    _only_in_the_demo()
    try:
        name = request.POST.get("scenario", "")
        member = control.start(name, request.POST.get("plant", ""))
    except control.UnknownScenario as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已在{member.label}开始：{SCENARIOS[name].label}。约一分钟内可在实时监测中看到。")
    return redirect("demo")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Let a plant go back to normal."""
    _only_in_the_demo()
    control.stop(request.POST.get("plant", ""))
    messages.success(request, "已恢复正常，数值会在几分钟内回到正常范围。")
    return redirect("demo")
