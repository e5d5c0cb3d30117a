"""法人用户登录: whom the identity provider vouches for, and which of our people that is (key: issuer and subject)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from yingan.accounts import oidc
from yingan.accounts.models import ExternalIdentity, Membership, Role, User
from yingan.accounts.services.entry import SignInRefused, become
from yingan.kernel import audit, identifiers, sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from yingan.enterprises.models import Enterprise

FLOWS = "oidc_flows"  # in the session: state → flow
MOST_FLOWS = 5  # windows in which one person signs in at the same time
NO_CODE = (
    "您在统一身份认证平台登录的是自然人账号，本平台的企业用户须使用法人账号。"
    "请先在统一身份认证平台退出，再用统一社会信用代码登录；还没有法人账号的，请先注册法人账号。"
)
BOUND = (
    "该统一社会信用代码的管理员已与另一个统一身份账号绑定，本次登录不能使用。"
    "如企业在统一身份认证平台重新注册过账号，请持营业执照联系运维人员核实后重新绑定。"
)


def begin_legal(request: HttpRequest, *, after: str) -> str:
    """Remember a fresh flow in the session and return the provider's address to go to.

    :raises oidc.ProviderUnavailable: if the provider does not answer
    """
    flow = oidc.Flow.begin(after)
    url = oidc.authorization_url(flow)
    flows = dict(list(request.session.get(FLOWS, {}).items())[-(MOST_FLOWS - 1) :])
    request.session[FLOWS] = flows | {flow.state: flow.kept()}
    return url


def finish_legal(request: HttpRequest) -> tuple[oidc.Person, str]:
    """Return whom the provider's answer vouches for and where the person wanted to go; each flow counts once.

    :raises SignInRefused: if the answer is not that of a flow of this browser, or does not hold
    """
    flows = dict(request.session.get(FLOWS, {}))
    kept = flows.pop(request.GET.get("state", ""), None)
    request.session[FLOWS] = flows
    if kept is None:
        raise SignInRefused(oidc.REFUSED)
    flow = oidc.Flow(**kept)
    try:
        return oidc.redeem(flow, _single(request.GET)), flow.after
    except (oidc.AssertionRefused, oidc.ProviderUnavailable) as problem:
        audit.record("accounts.legal.refused", detail={"reason": type(problem).__name__})
        raise SignInRefused(str(problem)) from problem


def _single(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in query}


def person_of(vouched: oidc.Person) -> User | None:
    """Return our user for the provider's subject, binding an administrator whom no subject has claimed yet.

    None: this enterprise has never been here.

    :raises SignInRefused: if it is no legal person, or the code's administrator is bound to another subject
    """
    bound = ExternalIdentity.objects.filter(issuer=vouched.issuer, subject=vouched.subject).select_related("user")
    identity = bound.first()
    if identity is not None:
        return identity.user
    user = User.objects.filter(username=credit_code(vouched)).first()
    if user is None:
        return None
    become(user)
    if user.external_identities.exists() or not user.has_role(Role.ENTERPRISE_ADMIN):
        raise SignInRefused(BOUND)
    _bind(user, vouched)
    return user


def credit_code(vouched: oidc.Person) -> str:
    """Return the credit code that the provider asserts.

    :raises SignInRefused: if there is none (自然人) or its check digit is wrong
    """
    if not vouched.uscc:
        raise SignInRefused(NO_CODE)
    try:
        return identifiers.check_credit_code(vouched.uscc)
    except ValidationError as problem:
        raise SignInRefused(f"统一身份认证平台返回的信息有误：{problem.messages[0]}。") from problem


def create_administrator(enterprise: Enterprise, vouched: oidc.Person) -> User:
    """Make 企业管理员 of an enterprise that came for the first time: bound to the subject, without a password yet."""
    phone = vouched.phone.removeprefix("+86")
    user = User(
        username=enterprise.uscc,
        name=(vouched.legal_person or "企业管理员")[:40],
        phone=phone,
        phone_index=sealed.blind_index(phone),
        job="企业管理员",
    )
    user.set_unusable_password()
    user.save()
    Membership.unscoped.create(enterprise=enterprise, user=user, role=Role.ENTERPRISE_ADMIN)
    _bind(user, vouched)
    return user


def _bind(user: User, vouched: oidc.Person) -> None:
    ExternalIdentity.objects.create(user=user, issuer=vouched.issuer, subject=vouched.subject)
    audit.record("accounts.legal.bind", by=user, enterprise_id=user.enterprise_id, detail={"issuer": vouched.issuer})
