"""The page of 用户组织管理: the tree beside the users of a node, and what 双控 still needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts import services as accounts
from yingan.accounts.models import Membership, Role
from yingan.accounts.organisation import queries, services
from yingan.accounts.organisation.pages import INSIDE
from yingan.enterprises.models import Department
from yingan.kernel.http import roles
from yingan.kernel.lists import page_of

MOST_SLIPS = 200  # on one sheet

if TYPE_CHECKING:
    from django.http import HttpResponse

    from yingan.kernel.http import SignedInRequest


@require_GET
@roles(*INSIDE)
def organisation(request: SignedInRequest) -> HttpResponse:
    """Show the tree, and the users of the chosen department or of the whole enterprise."""
    chosen = request.GET.get("department", "")
    if chosen and not (chosen.isdecimal() and len(chosen) < 19):
        raise Http404
    department = Department.visible_or_404(request.user, int(chosen)) if chosen else None
    members = Membership.visible_to(request.user).select_related("user", "department").order_by("id")
    if department is not None:
        members = members.filter(department=department)
    page = page_of(request, members)
    context = {
        "nodes": queries.tree(request.user),
        "conditions": queries.conditions(request.user),
        "department": department,
        "page": page,
        "pages": page,
        "numbers": list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "may_edit": request.user.has_role(Role.ENTERPRISE_ADMIN),
    }
    return render(request, "accounts/organisation/organisation.html", context)


@require_POST
@roles(Role.ENTERPRISE_ADMIN)
def print_slips(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Issue the activation slip of one user, or of all who have no password yet, and show the sheet to print."""
    members = Membership.visible_to(request.user).select_related("user").filter(user__is_active=True)
    members = members.filter(pk=pk) if pk is not None else members.filter(user__last_login__isnull=True)
    if pk is not None and not members:
        raise Http404
    waiting = [member for member in members if pk is not None or member.account_state == "new"][:MOST_SLIPS]
    if not waiting:
        messages.info(request, "没有待激活的用户。")
        return redirect("organisation")
    try:
        issued = [accounts.issue_slip(member.user, by=request.user) for member in waiting]
    except accounts.NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("organisation")
    return never_store(render(request, "accounts/slips.html", {"issued": issued, "back": reverse("organisation")}))


def never_store(response: HttpResponse) -> HttpResponse:
    """Keep a page with secrets out of every cache."""
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@roles(Role.ENTERPRISE_ADMIN)
def set_active(request: SignedInRequest, pk: int, *, active: bool) -> HttpResponse:
    """Enable or disable a user."""
    member = Membership.visible_or_404(request.user, pk)
    try:
        services.set_active(member, active=active, by=request.user)
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已{'启用' if active else '停用'}{member.user.name}的账号。")
    return redirect("organisation")
