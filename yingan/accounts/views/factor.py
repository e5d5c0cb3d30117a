"""The second factor: binding an authenticator at the first sign-in, asking for its code at each one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yingan.accounts import services as accounts
from yingan.accounts import visitors
from yingan.accounts.gates import signed_in_only
from yingan.kernel import clock
from yingan.kernel.sealed import seal, unseal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yingan.kernel.http import SignedInRequest

SEED = "new_seed"  # in the session, sealed: the seed that a signed-in person is binding


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a person whose password was right; at the first time bind the authenticator."""
    try:
        user, pending = accounts.pending_person(request)
    except accounts.SignInRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("login")
    context = {"seed": pending["seed"], "account": user.username}
    if pending["seed"]:
        context["qr"] = accounts.qr_svg_data(accounts.otpauth_url(user, pending["seed"]))
    if request.method == "GET":
        return render(request, "accounts/second_factor.html", context)
    accounts.become(user)
    codes: list[str] = []
    try:
        if pending["seed"]:
            codes = accounts.switch_on(user, pending["seed"], request.POST.get("code", ""))
        else:
            origin = visitors.origin_of(request, user.username)
            accounts.check_code(user, request.POST.get("code", ""), origin=origin, now=clock.now())
        after = accounts.pass_second_factor(request, user, pending)
    except (accounts.WrongCode, accounts.Throttled, accounts.SignInRefused) as refusal:
        return render(request, "accounts/second_factor.html", context | {"problem": refusal}, status=422)
    response = _codes(request, codes, after) if codes else redirect(after)
    visitors.remember_device(request, response, user.username)
    return response


def _codes(request: HttpRequest, codes: list[str], after: str) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "after": after})


@never_cache
@signed_in_only
@require_http_methods(["GET", "POST"])
def bind(request: SignedInRequest) -> HttpResponse:
    """Switch the second factor on for oneself, or bind another authenticator."""
    user = request.user
    if request.method == "GET" or SEED not in request.session:
        request.session[SEED] = seal(accounts.new_seed())
    seed = unseal(request.session[SEED])
    context = {"seed": seed, "qr": accounts.qr_svg_data(accounts.otpauth_url(user, seed))}
    if request.method == "GET":
        return render(request, "accounts/bind.html", context)
    if not user.check_password(request.POST.get("password", "")):
        return render(request, "accounts/bind.html", context | {"problem": "登录密码不正确，请重新输入。"}, status=422)
    try:
        codes = accounts.switch_on(user, seed, request.POST.get("code", ""))
    except accounts.WrongCode as refusal:
        return render(request, "accounts/bind.html", context | {"problem": refusal}, status=422)
    del request.session[SEED]
    return _codes(request, codes, reverse("account"))


@signed_in_only
@require_POST
def switch_off(request: SignedInRequest) -> HttpResponse:
    """Switch the second factor off, where the role does not demand it; the code is asked once more."""
    origin = visitors.origin_of(request, request.user.username)
    try:
        accounts.check_code(request.user, request.POST.get("code", ""), origin=origin, now=clock.now())
        accounts.switch_off(request.user)
        messages.success(request, "已关闭动态口令。")
    except (accounts.WrongCode, accounts.Throttled) as refusal:
        messages.error(request, str(refusal))
    return redirect("account")
