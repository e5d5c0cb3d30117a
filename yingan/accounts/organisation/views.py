"""The page of 用户组织管理: the tree beside the users of a node, and what 双控 still needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import Membership, Role
from yingan.accounts.organisation import queries, services
from yingan.accounts.organisation.pages import INSIDE
from yingan.enterprises.models import Department
from yingan.kernel.http import roles
from yingan.kernel.lists import page_of

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
