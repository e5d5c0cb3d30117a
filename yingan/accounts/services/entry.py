"""企业个人入口 and the beginning of every session. Both walls are told who acts as soon as that is known."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import make_password

from yingan.accounts import sessions
from yingan.accounts.models import User, UserSession
from yingan.accounts.passwords import PUBLISHED
from yingan.accounts.services import throttle
from yingan.kernel import audit, tenancy
from yingan.kernel.http import client_ip

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest

BACKEND = "django.contrib.auth.backends.ModelBackend"
PURPOSE = "password"  # of the throttle
CODE_LENGTH = 18


class SignInRefused(Exception):
    """The sign-in is refused; the message says what to do and not whether the account exists."""


class ActivationWanted(Exception):
    """The manual's published initial password was typed: it opens nothing and leads to activation."""


WRONG = "账号或密码不正确。首次使用请先通过【法人用户登录】登录一次；由管理员开通的账号请用【激活单】设置密码。"


def account_name(text: str) -> str:
    """Return an account name as it is stored: without spaces, full-width folded, credit codes in capitals."""
    name = unicodedata.normalize("NFKC", text).strip()
    return name.upper() if len(name) == CODE_LENGTH else name


def check_password(account: str, password: str, *, origin: throttle.Origin, now: dt.datetime) -> User:
    """Return the person to whom account and password belong; unknown and wrong take the same time and words.

    The session does not begin here: a second factor may be wanted first.

    :raises ActivationWanted: if the published initial password was typed, whatever the account
    :raises throttle.Throttled: if there were too many failures from there
    :raises SignInRefused: if account or password is wrong, or the account is disabled or has no password yet
    """
    if password == PUBLISHED:
        raise ActivationWanted
    row = throttle.lock(PURPOSE, account, origin, now=now)
    user = User.objects.filter(username=account).first()
    if user is None:
        make_password(password)  # as slow as a check
    if user is None or not user.check_password(password) or not user.is_active:
        throttle.failed(row, PURPOSE, account, origin, now=now)
        audit.record("accounts.sign_in.refused", detail={"account": account, "network": origin.network})
        raise SignInRefused(WRONG)
    throttle.succeeded(row)
    become(user)
    return user


def become(user: User) -> None:
    """Set the scope of a person who has just proved who they are, for the rest of the transaction."""
    tenancy.set_scope(tenancy.Scope(user_id=user.pk))
    tenancy.set_scope(user.scope)


def sign_in(request: HttpRequest, user: User, *, way: str = UserSession.Way.PASSWORD) -> None:
    """Begin a session with a new id for a person who has passed every check.

    :raises SignInRefused: if the account is disabled
    """
    if not user.is_active:
        raise SignInRefused("该账号已停用，请联系本企业管理员或系统管理员。")
    become(user)
    login(request, user, backend=BACKEND)
    sessions.begin(request, way=way)
    audit.record(
        "accounts.sign_in",
        by=user,
        enterprise_id=user.enterprise_id,
        detail={"way": str(way), "address": client_ip(request)},
    )


def sign_out(request: HttpRequest) -> None:
    """End this session."""
    user = request.user
    if isinstance(user, User):
        audit.record("accounts.sign_out", by=user, enterprise_id=user.enterprise_id)
        sessions.end(UserSession.objects.filter(session_key=request.session.session_key or ""))
    logout(request)
