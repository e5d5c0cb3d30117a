"""The outbox page of the demo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from identity.codes import services
from identity.codes.models import Message

SHOWN = 50


@require_GET
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the newest messages of the demo; elsewhere the page does not exist."""
    if not services.demo_outbox_is_open():
        raise Http404
    return render(request, "codes/outbox.html", {"messages_sent": Message.objects.all()[:SHOWN]})
