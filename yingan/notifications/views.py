"""A person's messages, the bell, and the demo's outbox."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yingan.kernel.http import SignedInRequest, signed_in
from yingan.notifications import queries, services

PER_PAGE = 20


@signed_in
@require_GET
def list_messages(request: SignedInRequest) -> HttpResponse:
    """Show the person's messages, all or the unread ones."""
    unread_only = request.GET.get("unread") == "1"
    rows = queries.messages_of(request.user, unread_only=unread_only)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "unread_only": unread_only, "total": queries.messages_of(request.user).count()}
    return render(request, "notifications/message_list.html", context)


@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Return the bell with its number, also to those who have a first duty to do; app.js asks for it."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    return render(request, "kernel/_bell.html")


@signed_in
@require_POST
def open_message(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    message = get_object_or_404(queries.messages_of(request.user), pk=pk)
    services.mark_read(message)
    inside = url_has_allowed_host_and_scheme(message.url, allowed_hosts=None) and message.url.startswith("/")
    return redirect(message.url if inside else "message-list")


@signed_in
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark all messages as read."""
    count = services.mark_all_read(by=request.user)
    messages.success(request, f"已将 {count} 条消息标为已读。" if count else "没有未读消息。")
    return redirect("message-list")


@never_cache
@require_GET
def show_outbox(request: HttpRequest) -> HttpResponse:
    """Show what would have been sent: codes and links of the demo. There is no such page outside the demo."""
    if not settings.DEMO:
        raise Http404
    return render(request, "notifications/outbox.html", {"rows": queries.outbox_for_show()})
