"""The button 获取验证码, which several forms have: who asks, and the answer it gets."""

import secrets
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse

from identity.codes import channels, services
from identity.codes.models import Purpose
from yingan.kernel import clock
from yingan.kernel.http import client_ip
from yingan.kernel.identifiers import check_phone

VISITOR = "visitor"
BUTTON = "send_code"


@dataclass(frozen=True)
class Visitor:
    """Who stands at the other end before anybody is signed in: a browser session and an address."""

    token: str
    ip: str


def visitor_of(request: HttpRequest) -> Visitor:
    """Return the visitor of this browser session, whose name is random and never leaves the server."""
    token = request.session.setdefault(VISITOR, secrets.token_urlsafe(24))
    return Visitor(token=token, ip=client_ip(request))


def asks_for_code(request: HttpRequest) -> bool:
    """Tell whether the button 获取验证码 sent this request."""
    return request.method == "POST" and BUTTON in request.POST


def answer(request: HttpRequest, purpose: Purpose) -> HttpResponse | None:
    """Send a code to the phone that was typed: JSON for a script; None for a plain form, which shows a message."""
    status, sentence = _send(request, purpose)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"sentence": sentence, "wait_s": services.WAIT_S}, status=status)
    messages.add_message(request, messages.INFO if status == HTTPStatus.OK else messages.ERROR, sentence)
    return None


def _send(request: HttpRequest, purpose: Purpose) -> tuple[int, str]:
    visitor = visitor_of(request)
    try:
        phone = check_phone(request.POST.get("phone", "")[:30])
        services.issue(phone, purpose=purpose, bound_to=visitor.token, ip=visitor.ip, now=clock.now())
    except ValidationError as wrong:
        return HTTPStatus.UNPROCESSABLE_ENTITY, wrong.messages[0]
    except services.TooManyCodes as refusal:
        return HTTPStatus.TOO_MANY_REQUESTS, str(refusal)
    except channels.Unreachable as failure:
        return HTTPStatus.SERVICE_UNAVAILABLE, str(failure)
    return HTTPStatus.OK, f"验证码已发送至 {phone[:3]}****{phone[-4:]}，10 分钟内有效"
