"""One's own account: what is known of one, the password, and where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.accounts import queries
from yingan.accounts import services as accounts
from yingan.accounts.forms import ChangePasswordForm, ProfileForm
from yingan.accounts.gates import signed_in_only
from yingan.accounts.models import UserSession
from yingan.kernel import clock

if TYPE_CHECKING:
    from django.http import HttpResponse

    from yingan.kernel.http import SignedInRequest


@never_cache
@signed_in_only
@require_GET
def account(request: SignedInRequest) -> HttpResponse:
    """Show what the platform knows of the person, masked."""
    return render(request, "accounts/account.html", {"codes_left": queries.recovery_codes_left(request.user)})


@never_cache
@signed_in_only
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Change one's phone, mailbox and job."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        accounts.save_profile(request.user, **form.cleaned_data)
        messages.success(request, "个人信息已保存。")
        return redirect("account")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters()
@never_cache
@signed_in_only
@require_http_methods(["GET", "POST"])
def password(request: SignedInRequest) -> HttpResponse:
    """Set or change one's password; right after 法人用户登录 the old one is not asked."""
    user = request.user
    skips_old = accounts.may_skip_old_password(request)
    if not skips_old and not user.has_usable_password():
        messages.error(request, "设置登录密码前，请退出并重新从【法人用户登录】进入，以确认是您本人。")
    form = ChangePasswordForm(request.POST or None, user=user, skips_old=skips_old)
    if request.method == "POST" and form.is_valid():
        accounts.change_password(request, user, form.cleaned_data["new_password"], now=clock.now())
        messages.success(request, "登录密码已设置，其他设备上的登录已结束。")
        return redirect(user.first_duty() or "home")
    context = {"form": form, "skips_old": skips_old, "is_first": not user.has_usable_password()}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


@never_cache
@signed_in_only
@require_GET
def session_list(request: SignedInRequest) -> HttpResponse:
    """List where the person is signed in."""
    rows = queries.open_sessions(request.user, current=request.session.session_key or "")
    return render(request, "accounts/session_list.html", {"rows": rows})


@signed_in_only
@require_POST
def end_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one other session of the person."""
    row = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    accounts.end_sessions([row])
    messages.success(request, f"已结束“{row.device}”上的登录。")
    return redirect("session-list")


@signed_in_only
@require_POST
def end_others(request: SignedInRequest) -> HttpResponse:
    """End all other sessions of the person."""
    count = accounts.end_all_sessions(request.user, but=request.session.session_key)
    messages.success(request, f"已结束其他 {count} 处登录。")
    return redirect("session-list")
