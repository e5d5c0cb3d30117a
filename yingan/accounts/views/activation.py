"""One-time activation: the link of a slip's QR code, or its code typed with the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yingan.accounts import services as accounts
from yingan.accounts import visitors
from yingan.accounts.forms import NewPasswordForm, SlipCodeForm
from yingan.accounts.models import ActivationSlip, UserSession
from yingan.kernel import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

OPEN = "open_slip"  # in the session: the slip whose code was typed
TYPED = "typed"  # the token in the address after a code was typed


@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Ask for account and code of a printed slip."""
    form = SlipCodeForm(request.POST or None, initial={"username": request.GET.get("account", "")})
    problem: object = ""
    if request.method == "POST" and form.is_valid():
        account = accounts.account_name(form.cleaned_data["username"])
        origin = visitors.origin_of(request, account)
        try:
            slip = accounts.open_by_code(account, form.cleaned_data["code"], origin=origin, now=clock.now())
        except (accounts.SlipRefused, accounts.Throttled) as refusal:
            problem = refusal
        else:
            request.session[OPEN] = slip.pk
            return redirect("activate-slip", token=TYPED)
    status = 422 if problem or form.errors else 200
    return render(request, "accounts/activate.html", {"form": form, "problem": problem}, status=status)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def activate_slip(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password of the slip's person."""
    try:
        slip = _slip(request, token)
        accounts.become(slip.user)
        form = NewPasswordForm(request.POST or None, user=slip.user)
        if request.method == "POST" and form.is_valid():
            return _use(request, slip, form.cleaned_data["new_password"])
    except (accounts.SlipRefused, ValidationError) as refusal:
        return render(request, "accounts/refused.html", {"problem": refusal, "is_slip": True}, status=410)
    context = {"form": form, "slip": slip}
    return render(request, "accounts/set_password.html", context, status=422 if form.errors else 200)


def _slip(request: HttpRequest, token: str) -> ActivationSlip:
    if token != TYPED:
        return accounts.open_slip(token, now=clock.now())
    return accounts.opened_slip(request.session.get(OPEN), now=clock.now())


def _use(request: HttpRequest, slip: ActivationSlip, password: str) -> HttpResponse:
    user = accounts.use_slip(slip, password, now=clock.now())
    request.session.pop(OPEN, None)
    messages.success(request, "密码已设置。以后请用账号和新密码从【企业个人入口】登录。")
    after = accounts.after_check(request, user, way=UserSession.Way.ACTIVATION, after=visitors.HOME)
    response = redirect(after)
    if request.user.is_authenticated:
        visitors.remember_device(request, response, user.username)
    return response
