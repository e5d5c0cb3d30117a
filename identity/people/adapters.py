"""Where allauth asks us: sign-in, second factor and the claims of the OpenID Connect provider."""

import time
from collections.abc import Iterable
from typing import Any, Literal

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import RateLimitUsage
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from identity.people import services
from identity.people.models import Person, SecurityEvent
from identity.people.sessions import STARTED
from identity.people.throttle import Guess, remember_device
from yingan.kernel import clock
from yingan.kernel.http import client_ip
from yingan.kernel.sealed import seal, unseal

Action = SecurityEvent.Action
# What allauth wants to mail about → what we record, and what we tell the person on every channel.
NOTICES = {
    "account/email/password_changed": (Action.PASSWORD_CHANGED, "您的登录密码已修改"),
    "mfa/email/totp_activated": (Action.SECOND_FACTOR_ON, "您的帐号已开启二次验证"),
    "mfa/email/totp_deactivated": (Action.SECOND_FACTOR_OFF, "您的帐号已关闭二次验证"),
    "mfa/email/recovery_codes_generated": (Action.RECOVERY_CODES, "您的帐号已生成新的恢复码，旧恢复码作废"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-in: who may try how often, what is recorded, and that registration has its own pages."""

    _taken: list[RateLimitUsage]

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.error_messages = super().error_messages | {
            "username_password_mismatch": "账号或密码不正确",
            "invalid_login": "账号或密码不正确",
            "too_many_login_attempts": "尝试次数过多，请 15 分钟后再试，或使用【忘记密码】",
            "incorrect_code": "验证码不正确",
            "incorrect_password": "密码不正确",
            "enter_current_password": "原密码不正确",
            "rate_limited": "操作过于频繁，请稍后再试",
        }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Close allauth's own registration: ours asks for what the law wants."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Use up one attempt, or refuse before the password is even looked at."""
        taken = Guess(request, credentials.get("username", "")).take()
        if taken is None:
            raise self.validation_error("too_many_login_attempts")
        self._taken = taken

    def _rollback_login_failed_rl_usage(self) -> None:
        for usage in self._taken:
            usage.rollback()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure, of an existing account or not."""
        account = credentials.get("username", "")
        Guess(request, account).failed()
        person = Person.objects.filter(username=account).first()
        services.record(Action.SIGN_IN_REFUSED, person, ip=client_ip(request), now=clock.now())

    def login(self, request: HttpRequest, user: Person) -> None:
        """Begin the session and record it."""
        super().login(request, user)
        request.session[STARTED] = time.time()
        Guess(request, user.username).succeeded()
        services.record(Action.SIGNED_IN, user, ip=client_ip(request), now=clock.now())

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        """Go where the person wanted to, on a browser that is now known."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(request, response, user.username)
        return response

    def logout(self, request: HttpRequest) -> None:
        """End the session and record it."""
        if isinstance(request.user, Person):
            services.record(Action.SIGNED_OUT, request.user, ip=client_ip(request), now=clock.now())
        super().logout(request)

    def set_password(self, user: Person, password: str) -> None:
        """Change the password; every session and token of the person ends."""
        services.set_password(user, password, now=clock.now())

    def send_notification_mail(
        self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Record what allauth reports and tell the person by SMS and mail, in Chinese."""
        action, sentence = NOTICES[template_prefix]
        services.record(action, user, ip=client_ip(self.request), now=clock.now())
        services.tell(user, f"{sentence}。如非本人操作，请立即使用【忘记密码】或拨打 12345。")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address of the peer."""
        return client_ip(request) or "0.0.0.0"  # noqa: S104  # a column value, nothing listens


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """The second factor: its seeds are sealed, and reviewers cannot switch it off."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.error_messages = super().error_messages | {
            "incorrect_code": "验证码不正确，请输入验证器当前显示的 6 位数字，或一个未使用过的恢复码",
            "cannot_delete_authenticator": "审核人员必须使用二次验证，不能关闭",
        }

    def encrypt(self, text: str) -> str:
        """Seal a seed."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a seed."""
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Tell whether the second factor may be switched off."""
        return not authenticator.user.is_reviewer


class ProviderAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth ships no types
    """What we vouch for: one stable issuer, and the claims of an enterprise."""

    scope_display = {
        "openid": "确认您的身份",
        "profile": "读取姓名或企业名称",
        "enterprise": "读取统一社会信用代码、企业名称和法定代表人",
        "phone": "读取已验证的手机号",
    }

    def get_issuer(self) -> str:
        """Return the address of this site as its clients know it, whatever Host a request carries."""
        return str(settings.IDENTITY_URL)

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Person,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Return what the scopes ask for; `uscc` and its fellows exist for legal persons only."""
        granted = set(scopes)
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        if "profile" in granted:
            claims |= {"name": user.get_full_name(), "preferred_username": user.username}
        if "enterprise" in granted and user.is_legal:
            claims |= {
                "uscc": user.username,
                "enterprise_name": user.enterprise_name,
                "legal_person": user.real_name,
            }
        if "phone" in granted and user.phone:
            claims |= {"phone_number": user.phone, "phone_number_verified": True}
        return claims

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Name our scopes and claims, and drop what is not offered."""
        data["scopes_supported"] = list(self.scope_display)
        data["claims_supported"] = [
            "sub", "name", "preferred_username", "uscc", "enterprise_name", "legal_person",
            "phone_number", "phone_number_verified",
        ]  # fmt: skip
        data["grant_types_supported"] = ["authorization_code"]
        data["response_types_supported"] = ["code"]
        data.pop("device_authorization_endpoint", None)
