"""The gate of one's own account: signed in, but a first duty need not be done yet (setting the password may be it)."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.shortcuts import redirect

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yingan.kernel.http import View


def signed_in_only(view: View) -> View:
    """Let only people through who are signed in."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
        return view(request, *args, **kwargs)

    return gate
