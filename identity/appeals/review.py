"""Pages of the reviewers of this site: the queue, one appeal with its documents, and the decision."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from identity.appeals import documents, forms, services
from identity.appeals.models import Appeal, Evidence
from identity.people.gate import PersonRequest, View, signed_in
from yingan.kernel import clock

P = ParamSpec("P")
PAGE_SIZE = 20
INVALID, CONFLICT = 422, 409
STEPS = {"pass": services.endorse_or_approve, "reject": services.reject}


def reviewer_only(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let reviewers through who use a second factor; for everybody else the page does not exist."""

    @signed_in
    @wraps(view)
    def gate(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_reviewer:
            raise Http404
        if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            messages.info(request, "审核人员须先开启二次验证")
            return redirect("mfa_activate_totp")
        return view(request, *args, **kwargs)

    return gate


@require_GET
@reviewer_only
def queue(request: PersonRequest) -> HttpResponse:
    """List the appeals, those that wait first; counted filters by state, a search by number, code or name."""
    counts = dict(Appeal.objects.order_by().values_list("state").annotate(Count("pk")))
    wanted = request.GET.get("state", "")
    words = request.GET.get("q", "").strip()[:100]
    appeals = Appeal.objects.select_related("person").prefetch_related("opinions__reviewer")
    if wanted in Appeal.State.values:
        appeals = appeals.filter(state=wanted)
    if words:
        appeals = (
            appeals.filter(number=words.upper())
            | appeals.filter(person__username=words.upper())
            | appeals.filter(enterprise_name__icontains=words)
        )
    tabs = [(value, label, counts.get(value, 0)) for value, label in Appeal.State.choices]
    page = Paginator(appeals, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "tabs": tabs, "state": wanted, "q": words, "total": sum(counts.values())}
    return render(request, "appeals/queue.html", context)


@require_GET
@reviewer_only
def detail(request: PersonRequest, number: str) -> HttpResponse:
    """Show one appeal beside what the account holds now."""
    return _detail(request, get_object_or_404(Appeal, number=number), forms.OpinionForm())


@require_POST
@reviewer_only
def decide(request: PersonRequest, number: str, step: str) -> HttpResponse:
    """Pass or reject an appeal."""
    appeal = get_object_or_404(Appeal, number=number)
    form = forms.OpinionForm(request.POST)
    if not form.is_valid():
        return _detail(request, appeal, form, status=INVALID)
    try:
        appeal = STEPS[step](appeal, by=request.user, text=form.cleaned_data["text"], now=clock.now())
    except services.Refused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, appeal, form, status=CONFLICT)
    messages.success(request, f"{appeal.number}：{appeal.get_state_display()}")
    return redirect("review-queue")


@require_GET
@reviewer_only
def evidence(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand out a document, as an attachment that no browser runs."""
    found = get_object_or_404(Evidence.objects.select_related("appeal__person"), pk=pk)
    body = documents.read(found.pk)
    services.note_reading(found, by=request.user, now=clock.now())
    response = HttpResponse(body, content_type=found.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_replace = {"default-src": ["'none'"], "sandbox": True}  # type: ignore[attr-defined]  # django-csp
    return response


def _detail(request: PersonRequest, appeal: Appeal, form: forms.OpinionForm, status: int = 200) -> HttpResponse:
    person = appeal.person
    rows = [
        ("企业名称", person.enterprise_name, appeal.enterprise_name),
        ("法定代表人", person.real_name, appeal.legal_person),
        ("法人身份证号", person.id_number, appeal.id_number),
        ("手机号", person.phone, appeal.phone),
    ]
    has_spoken = appeal.opinions.filter(reviewer=request.user).exists()
    context = {
        "appeal": appeal, "person": person, "form": form, "rows": rows,
        "may_decide": appeal.is_standing and not has_spoken, "has_spoken": has_spoken,
    }  # fmt: skip
    return render(request, "appeals/detail.html", context, status=status)
