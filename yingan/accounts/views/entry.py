"""企业个人入口, the way to 法人用户登录, forgotten passwords, and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.accounts import services as accounts
from yingan.accounts import visitors
from yingan.accounts.forms import SignInForm
from yingan.accounts.services import throttle
from yingan.accounts.services.entry import PURPOSE
from yingan.kernel import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Show the entry, or check account and password."""
    after = visitors.safe_address(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST":
        return _try(request, SignInForm(request.POST), after)
    if request.user.is_authenticated:
        return redirect(after)
    known = visitors.remembered_account(request)
    return _page(request, SignInForm(initial={"username": known, "remember": bool(known)}), after)


def _try(request: HttpRequest, form: SignInForm, after: str) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, after, problem="请输入账号和密码。", status=422)
    now = clock.now()
    account = accounts.account_name(form.cleaned_data["username"])
    origin = visitors.origin_of(request, account)
    try:
        if throttle.needs_challenge(PURPOSE, account, origin, now=now) and not visitors.solves_sum(
            request, form.cleaned_data["answer"]
        ):
            throttle.lock(PURPOSE, account, origin, now=now)  # who has to wait is told so first
            return _page(request, form, after, problem="请先回答下面的验证问题，再登录。", asks=True, status=422)
        user = accounts.check_password(account, form.cleaned_data["password"], origin=origin, now=now)
        response = redirect(accounts.after_check(request, user, after=after))
    except accounts.ActivationWanted:
        return render(request, "accounts/activation_wanted.html", {"account": account})
    except accounts.Throttled as refusal:
        page = _page(request, form, after, problem=str(refusal), asks=True, status=429)
        page["Retry-After"] = str(refusal.wait_s)
        return page
    except accounts.SignInRefused as refusal:
        asks = throttle.needs_challenge(PURPOSE, account, origin, now=now)
        return _page(request, form, after, problem=str(refusal), asks=asks, status=422)
    visitors.remember_account(request, response, account if form.cleaned_data["remember"] else "")
    if request.user.is_authenticated:
        visitors.remember_device(request, response, account)
    return response


def _page(
    request: HttpRequest, form: SignInForm, after: str, *, problem: str = "", asks: bool = False, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "after": after, "problem": problem}
    if asks:
        context["question"] = visitors.new_sum(request)
    return render(request, "accounts/login.html", context, status=status)


@never_cache
@require_GET
def legal(request: HttpRequest) -> HttpResponse:
    """Send the browser to the identity platform."""
    after = visitors.safe_address(request, request.GET.get("next", ""))
    try:
        return redirect(accounts.begin_legal(request, after=after))
    except accounts.ProviderUnavailable as problem:
        return render(request, "accounts/refused.html", {"problem": problem}, status=503)


@require_GET
def forgotten(request: HttpRequest) -> HttpResponse:
    """Tell each kind of person how to get a new password."""
    return render(request, "accounts/forgotten.html")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    accounts.sign_out(request)
    return redirect("portal")
