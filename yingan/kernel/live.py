"""Server-sent events under /live/: a page's figures, pushed while it is open (spec/stack.md §3).

The body of a stream runs outside any request's transaction, so each look takes the person anew, opens a transaction
with that person's scope and gives the connection back to the pool before it sleeps. A stream ends by itself after
`LIFE_S`; the browser asks again, and that request passes the gate anew.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse

from yingan.kernel import tenancy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    Look = Callable[[Any], dict[str, Any] | None]  # the person → what is new; None: nothing may be seen

LIFE_S = 600.0
RETRY_MS = 3000
HEADERS = {"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"}


async def stream(request: HttpRequest, look: Look, *, every_s: float = 2.0, life_s: float = LIFE_S) -> HttpResponseBase:
    """Answer with a stream of what `look` gives, one event each `every_s` seconds; 401 for a stranger.

    `look` is called in a thread with the person, inside a transaction with that person's scope.
    """

    def take() -> dict[str, Any] | None:
        return _take(request, look)

    first = await sync_to_async(take)()
    if first is None:
        return HttpResponse(status=401)
    return StreamingHttpResponse(
        _events(first, take, every_s, life_s), content_type="text/event-stream", headers=HEADERS
    )


async def _events(
    first: dict[str, Any], take: Callable[[], dict[str, Any] | None], every_s: float, life_s: float
) -> AsyncIterator[str]:
    end = time.monotonic() + life_s
    yield f"retry: {RETRY_MS}\n\n"
    news: dict[str, Any] | None = first
    while news is not None:
        yield f"data: {json.dumps(news, cls=DjangoJSONEncoder, ensure_ascii=False)}\n\n"
        if time.monotonic() > end:
            return
        await asyncio.sleep(every_s)
        news = await sync_to_async(take)()
    yield "event: over\ndata: {}\n\n"


def _take(request: HttpRequest, look: Look) -> dict[str, Any] | None:
    """Look once, as the person is now, and give the connection back; None once the session is gone."""
    try:
        key = request.session.session_key
        if not request.user.is_authenticated or key is None or not request.session.exists(key):
            return None
        user = get_user_model()._default_manager.filter(pk=request.user.pk, is_active=True).first()
        if user is None:
            return None
        with tenancy.acting_as(user):
            return look(user)
    finally:
        connections.close_all()
