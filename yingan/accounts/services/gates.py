"""Between the first check and the session: the second factor. Until it is passed nobody is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from yingan.accounts.models import User, UserSession
from yingan.accounts.services import second_factor
from yingan.accounts.services.entry import SignInRefused, sign_in
from yingan.kernel import clock
from yingan.kernel.sealed import seal, unseal

if TYPE_CHECKING:
    from django.http import HttpRequest

PENDING = "pending_sign_in"  # in the session: who, how, where to, since when, the seed being bound
PENDING_S = 600
FRESH = "legal_at"  # in the session: when 法人用户登录 was passed, Unix seconds
FRESH_S = 900


def after_check(request: HttpRequest, user: User, *, way: str = UserSession.Way.PASSWORD, after: str) -> str:
    """Sign the person in, or ask for the second factor first; return the address to go to.

    :raises SignInRefused: if the account is disabled
    """
    if not second_factor.is_wanted(user):
        sign_in(request, user, way=way)
        if way == UserSession.Way.LEGAL:
            mark_fresh(request)
        return after
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "way": str(way),
        "after": after,
        "at": clock.now().timestamp(),
        "seed": "" if user.totp_secret else seal(second_factor.new_seed()),
    }
    return reverse("second-factor")


def pending_person(request: HttpRequest) -> tuple[User, dict[str, Any]]:
    """Return who waits for the second factor, and how they came; the seed in it is open.

    :raises SignInRefused: if nobody does, or it has taken too long
    """
    pending: dict[str, Any] = request.session.get(PENDING) or {"user": 0, "at": 0.0, "seed": ""}
    late = clock.now().timestamp() - pending["at"] > PENDING_S
    user = None if late else User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None:
        request.session.pop(PENDING, None)
        raise SignInRefused("登录已超时，请重新输入账号和密码。")
    return user, pending | {"seed": unseal(pending["seed"])}


def pass_second_factor(request: HttpRequest, user: User, pending: dict[str, Any]) -> str:
    """Sign in whoever has passed the second factor; return the address to go to."""
    request.session.pop(PENDING, None)
    sign_in(request, user, way=pending["way"])
    if pending["way"] == UserSession.Way.LEGAL:
        mark_fresh(request)
    return str(pending["after"])


def mark_fresh(request: HttpRequest) -> None:
    """Remember that 法人用户登录 was passed just now: it stands in for the old password."""
    request.session[FRESH] = clock.now().timestamp()


def may_skip_old_password(request: HttpRequest) -> bool:
    """Tell whether a password may be set without the old one: right after 法人用户登录 (screens §4.3e)."""
    return clock.now().timestamp() - float(request.session.get(FRESH, 0)) <= FRESH_S
