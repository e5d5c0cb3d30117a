"""The gate of pages for signed-in people."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from identity.people.models import Person

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request after the gate: its user is a Person."""

    user: Person


View = Callable[Concatenate[PersonRequest, P], HttpResponse]


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let signed-in people through; others sign in first and come back."""

    @wraps(view)
    def gate(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # after the gate it is one

    return gate
