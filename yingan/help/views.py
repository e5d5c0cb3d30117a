"""The portal, the help page, and the system administrator's editing of it."""

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.help import queries, services
from yingan.help.forms import ContactForm, QuestionForm
from yingan.help.models import Contact, Question
from yingan.kernel.http import SignedInRequest, roles

EDITOR = "system_admin"  # accounts.Role.SYSTEM_ADMIN: accounts is a sibling, not below


@dataclass(frozen=True)
class Kind:
    """One of the two lists that are edited."""

    slug: str
    label: str
    model: type[Contact] | type[Question]
    form: type[ModelForm[Any]]
    columns: tuple[str, ...]
    wide: tuple[str, ...] = ()  # fields that span the form

    @property
    def fields(self) -> list[Any]:
        """The fields of the columns."""
        return [self.model._meta.get_field(name) for name in self.columns]


CONTACTS = Kind(
    "contacts",
    "运维联系方式",
    Contact,
    ContactForm,
    ("subsystem", "name", "phone", "qq", "enterprise_group", "group_state", "operations_group", "is_shown"),
    wide=("is_shown",),
)
QUESTIONS = Kind("questions", "常见问题", Question, QuestionForm, ("title", "is_shown"), wide=("title", "answer"))
KINDS = {kind.slug: kind for kind in (CONTACTS, QUESTIONS)}


@never_cache
@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    """Show the two entries, which of them is whose, and whom to call."""
    if request.user.is_authenticated and not request.GET:
        return redirect("/home/")
    context = {"blocks": queries.contact_blocks(), "identity": settings.IDENTITY_LINKS}
    return render(request, "help/portal.html", context)


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Show contacts by sub-system, browser notice, questions and answers."""
    context = {"blocks": queries.contact_blocks(), "questions": queries.questions()}
    return render(request, "help/help.html", context)


def _kind(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def _row(kind: Kind, pk: int) -> Contact | Question:
    model: type[Any] = kind.model
    return cast("Contact | Question", get_object_or_404(model, pk=pk))


@roles(EDITOR)
@require_GET
def list_rows(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show all contacts or questions."""
    kind = _kind(slug)
    rows = [(row, [_shown(row, name) for name in kind.columns]) for row in kind.model._default_manager.all()]
    return render(request, "help/row_list.html", {"kind": kind, "rows": rows})


def _shown(row: Contact | Question, name: str) -> str:
    """Return a column as people read it."""
    value = getattr(row, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    label = getattr(row, f"get_{name}_display", None)
    return str(label() if label else value) or "–"


@roles(EDITOR)
@require_http_methods(["GET", "POST"])
def edit_row(request: SignedInRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add or change a contact or a question."""
    kind = _kind(slug)
    row = _row(kind, pk) if pk else None
    form = kind.form(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        services.save(form.save(commit=False), by=request.user)
        messages.success(request, "保存成功，帮助页已更新。")
        return redirect("help-rows", slug=slug)
    context = {"kind": kind, "form": form, "row": row}
    return render(request, "help/row_form.html", context, status=422 if form.errors else 200)


@roles(EDITOR)
@require_POST
def delete_row(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a contact or a question."""
    row = _row(_kind(slug), pk)
    services.remove(row, by=request.user)
    messages.success(request, f"已删除“{row}”。")
    return redirect("help-rows", slug=slug)
