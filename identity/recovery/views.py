"""Pages of a forgotten password. The browser's session holds which reset it is about; the steps are checked there."""

import uuid

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from identity.codes import services as codes
from identity.codes.channels import Unreachable
from identity.people.gate import PersonRequest, signed_in
from identity.recovery import forms, services
from identity.recovery.models import Reset
from yingan.kernel import clock
from yingan.kernel.http import client_ip

RESET, ACCOUNT = "reset", "reset_account"
INVALID = 422
NO_RESET = uuid.UUID(int=0)
EVENTS_SHOWN = 8
SENT = "如信息匹配，验证码已发送"
PAGE_OF = {
    Reset.State.ASKED: "reset-prove",
    Reset.State.SECOND_FACTOR: "reset-second-factor",
    Reset.State.HELD: "reset-held",
    Reset.State.OPEN: "reset-password",
}


def _reset_in(request: HttpRequest, *states: str) -> Reset | None:
    """Return the reset of this browser session, if it stands in one of `states`."""
    found = Reset.objects.filter(pk=request.session.get(RESET, NO_RESET), state__in=states, expires_at__gt=clock.now())
    return found.select_related("person").first()


def _start_again(request: HttpRequest) -> HttpResponse:
    messages.error(request, "本次申请已失效，请重新申请")
    return redirect("reset-ask")


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Step ①: ask for the account and send the code; known and unknown accounts get the same answer."""
    form = forms.AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = form.cleaned_data["account"]
        try:
            reset = services.ask(account, ip=client_ip(request), now=clock.now())
        except (codes.TooManyCodes, Unreachable) as refusal:
            form.add_error("account", str(refusal))
        else:
            request.session[RESET], request.session[ACCOUNT] = str(reset.pk), account
            messages.info(request, SENT)
            return redirect("reset-prove")
    return render(request, "recovery/ask.html", {"form": form}, status=INVALID if form.errors else 200)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send the code of the reset in hand again."""
    reset = _reset_in(request, Reset.State.ASKED)
    if reset is None:
        return _start_again(request)
    try:
        services.send_code(reset, account=request.session[ACCOUNT], ip=client_ip(request), now=clock.now())
        messages.info(request, SENT)
    except (codes.TooManyCodes, Unreachable) as refusal:
        messages.error(request, str(refusal))
    return redirect("reset-prove")


@never_cache
@sensitive_post_parameters("code", "id_number")
def prove(request: HttpRequest) -> HttpResponse:
    """Step ②: the code and the id number."""
    reset = _reset_in(request, Reset.State.ASKED)
    if reset is None:
        return _start_again(request)
    form = forms.ProofForm(request.POST or None)
    needs_appeal = False
    if request.method == "POST" and form.is_valid():
        try:
            reset = services.prove(reset, **form.cleaned_data, ip=client_ip(request), now=clock.now())
            return redirect(PAGE_OF[Reset.State(reset.state)])
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
            needs_appeal = isinstance(refusal, services.AppealNeeded)
    context = {
        "form": form, "needs_appeal": needs_appeal,
        "phone": services.shown_phone(reset, request.session[ACCOUNT]),
    }  # fmt: skip
    return render(request, "recovery/prove.html", context, status=INVALID if form.errors else 200)


@never_cache
@sensitive_post_parameters("code")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Step ② of an account with a second factor: its code as well."""
    reset = _reset_in(request, Reset.State.SECOND_FACTOR)
    if reset is None:
        return _start_again(request)
    form = forms.SecondFactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.prove_second_factor(reset, **form.cleaned_data, ip=client_ip(request), now=clock.now())
            return redirect("reset-password")
        except services.Refused as refusal:
            form.add_error("code", str(refusal))
    return render(request, "recovery/second_factor.html", {"form": form}, status=INVALID if form.errors else 200)


@never_cache
def held(request: HttpRequest) -> HttpResponse:
    """Show until when the hold lasts, and what was sent to whom."""
    reset = _reset_in(request, Reset.State.HELD)
    if reset is None or reset.person is None:
        return _start_again(request)
    if services.is_open(reset, now=clock.now()):
        return redirect("reset-password")
    return render(request, "recovery/held.html", {"reset": reset})


@never_cache
@sensitive_post_parameters("password", "repeated")
def new_password(request: HttpRequest) -> HttpResponse:
    """Step ③: the new password."""
    reset = _reset_in(request, Reset.State.OPEN, Reset.State.HELD)
    if reset is None or reset.person is None:
        return _start_again(request)
    if not services.is_open(reset, now=clock.now()):
        return redirect("reset-held")
    form = forms.PasswordForm(request.POST or None, person=reset.person)
    if request.method == "POST" and form.is_valid():
        try:
            services.finish(reset, password=form.cleaned_data["password"], ip=client_ip(request), now=clock.now())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session.flush()
            return redirect("reset-done")
    context = {"form": form, "person": reset.person}
    return render(request, "recovery/password.html", context, status=INVALID if form.errors else 200)


def done(request: HttpRequest) -> HttpResponse:
    """Show that the new password is set."""
    return render(request, "recovery/done.html")


@never_cache
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the reset of a one-time link into the session, so that its secret leaves the address bar."""
    reset = services.by_link(secret, now=clock.now())
    if reset is None or reset.person is None:
        messages.error(request, "链接已失效，请重新申请")
        return redirect("reset-ask")
    request.session[RESET], request.session[ACCOUNT] = str(reset.pk), reset.person.username
    return redirect("reset-password")


@never_cache
def cancel(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what a cancel link would cancel, and cancel it by the one button there."""
    reset = services.by_cancel_link(secret)
    refusal = ""
    if reset is not None and request.method == "POST":
        try:
            services.cancel(reset, now=clock.now(), ip=client_ip(request))
            return render(request, "recovery/cancelled.html")
        except services.Refused as problem:
            refusal = str(problem)
    return render(request, "recovery/cancel.html", {"reset": reset, "refusal": refusal})


@signed_in
def account(request: PersonRequest) -> HttpResponse:
    """Show one's own account: what is vouched for, what happened of late, and a reset that waits for its hour."""
    person = request.user
    context = {
        "person": person,
        "has_second_factor": is_mfa_enabled(person),
        "events": person.events.all()[:EVENTS_SHOWN],
        "standing_reset": services.held_for(person, now=clock.now()),
    }
    return render(request, "recovery/account.html", context)


@require_POST
@signed_in
def cancel_own(request: PersonRequest) -> HttpResponse:
    """Cancel the standing reset of the signed-in person."""
    reset = services.held_for(request.user, now=clock.now())
    if reset is not None:
        services.cancel(reset, now=clock.now(), ip=client_ip(request))
        messages.success(request, "重置密码申请已取消，原密码继续有效。建议现在修改密码并开启二次验证")
    return redirect("account")
