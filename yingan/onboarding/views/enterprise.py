"""The callback of 法人用户登录, the home of each role, 企业注册信息 and 企业基本信息."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.accounts import services as accounts
from yingan.accounts.models import ENTERPRISE_ROLES, OFFICER_ROLES, Role, UserSession
from yingan.enterprises import services as enterprises
from yingan.enterprises.models import Enterprise
from yingan.kernel import clock
from yingan.kernel.http import roles, signed_in
from yingan.kernel.workflow import StepRefused
from yingan.onboarding import queries, services
from yingan.onboarding.forms import ECONOMIC_TYPES, INDUSTRIES, RegistrationForm
from yingan.onboarding.models import SupervisionChange

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yingan.kernel.http import SignedInRequest

SAVED = "saved"  # in the session: the registration was saved just now; rights have changed


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Sign in whoever comes back from the identity platform; the first time make enterprise and administrator."""
    try:
        vouched, after = accounts.finish_legal(request)
        user = services.admit(vouched)
        return redirect(accounts.after_check(request, user, way=UserSession.Way.LEGAL, after=after))
    except accounts.SignInRefused as refusal:
        return render(request, "onboarding/refused.html", {"problem": refusal}, status=403)


@signed_in
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Go where the person's work is."""
    user = request.user
    if user.has_role(*ENTERPRISE_ROLES):
        return redirect("enterprise-home")
    if user.has_role(*OFFICER_ROLES):
        return redirect(_address("authority-desk") or _address("confirmation-list"))
    if user.has_role(Role.SYSTEM_ADMIN):
        return redirect(_address("help-rows", "contacts"))
    return redirect("account")


def _address(name: str, *words: str) -> str:
    """Return the address of a page, or '' where the context that has it is not installed."""
    try:
        return reverse(name, args=words)
    except NoReverseMatch:
        return ""


def _own(request: SignedInRequest) -> Enterprise:
    return Enterprise.visible_or_404(request.user, request.user.enterprise_id)


@never_cache
@roles(*ENTERPRISE_ROLES)
@require_GET
def enterprise_home(request: SignedInRequest) -> HttpResponse:
    """Show 企业基本信息, how complete it is, and what is to be checked before the first commitment."""
    enterprise = _own(request)
    context = {
        "enterprise": enterprise,
        "sections": queries.sections(enterprise),
        "completeness": queries.completeness(enterprise),
        "today_url": _address("commitment-today-card"),
        "may_edit": request.user.has_role(Role.ENTERPRISE_ADMIN),
    }
    return render(request, "onboarding/enterprise.html", context)


@roles(Role.ENTERPRISE_ADMIN)
@require_POST
def mark_checked(request: SignedInRequest, what: str) -> HttpResponse:
    """Remember that data or users were checked."""
    if what == "data":
        enterprises.mark_checked(_own(request), "data", by=request.user, now=clock.now())
    elif what == "users":
        enterprises.mark_checked(_own(request), "users", by=request.user, now=clock.now())
    else:
        raise Http404
    messages.success(request, "已记录核对时间。")
    return redirect("enterprise-home")


@never_cache
@roles(*ENTERPRISE_ROLES)
@require_GET
def registration(request: SignedInRequest) -> HttpResponse:
    """Show 企业注册信息 with its choice of supervision; nothing can be typed here."""
    enterprise = _own(request)
    change = queries.open_change(enterprise)
    context = {
        "enterprise": enterprise,
        "sections": queries.sections(enterprise),
        "change": change,
        "changes": queries.changes(enterprise),
        "steps": queries.steps(enterprise),
        "was_saved": request.session.pop(SAVED, False),
        "may_edit": request.user.has_role(Role.ENTERPRISE_ADMIN),
    }
    return render(request, "onboarding/registration.html", context)


@never_cache
@roles(Role.ENTERPRISE_ADMIN)
@require_http_methods(["GET", "POST"])
def edit_registration(request: SignedInRequest) -> HttpResponse:
    """Edit 企业注册信息."""
    enterprise = _own(request)
    form = RegistrationForm(request.POST or None, instance=enterprise)
    if request.method == "POST" and form.is_valid():
        try:
            change = services.save_registration(_own(request), form.cleaned_data, by=request.user)
        except services.ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session[SAVED] = bool(change and change.is_first)
            messages.success(request, _sentence(change))
            return redirect("registration")
    context = {"form": form, "enterprise": enterprise, "industries": INDUSTRIES, "economic_types": ECONOMIC_TYPES}
    return render(request, "onboarding/registration_form.html", context, status=422 if form.errors else 200)


def _sentence(change: SupervisionChange | None) -> str:
    if change is None:
        return "保存成功。"
    if change.is_first:
        return "保存成功，监管信息已生效，等待监管部门确认。"
    return "保存成功。监管信息的变更已提交监管部门确认，确认前仍由原监管部门监管。"


@roles(Role.ENTERPRISE_ADMIN)
@require_GET
def places(request: SignedInRequest) -> HttpResponse:
    """Return the fields of place and supervision for what is chosen so far."""
    form = RegistrationForm(request.GET, instance=_own(request))
    form.errors.clear()  # a choice half made is no error
    return render(request, "onboarding/_places.html", {"form": form})


@roles(Role.ENTERPRISE_ADMIN)
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an asked change of supervision back."""
    change = SupervisionChange.visible_or_404(request.user, pk)
    try:
        services.withdraw(change, by=request.user, now=clock.now())
        messages.success(request, "已撤回变更申请，监管信息不变。")
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("registration")
