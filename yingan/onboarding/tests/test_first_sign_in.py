"""法人用户登录: the first time, the next time, and who is turned away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from yingan.accounts.models import ExternalIdentity, Membership, Role, User
from yingan.accounts.tests.provider import FakeProvider
from yingan.enterprises.models import Enterprise
from yingan.enterprises.tests.factories import office
from yingan.regions.models import Region

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
JIANGAN = 420102


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> FakeProvider:
    from yingan.accounts import oidc

    settings.OIDC_CLIENT_SECRET = "shared"
    fake = FakeProvider()
    monkeypatch.setattr(oidc.requests, "get", fake.get)
    monkeypatch.setattr(oidc.requests, "post", fake.post)
    return fake


def come_back(client: Client, provider: FakeProvider, after: str = "") -> Any:
    going = client.get("/login/legal/", {"next": after} if after else {})
    assert going.status_code == 302
    return client.get("/login/callback/" + provider.begin(going["Location"]))


def facts(**changes: Any) -> dict[str, Any]:
    county = Region.objects.get(code=JIANGAN, level="county")
    return {
        "name": "示例新办化工厂", "legal_person": "赵示例", "legal_person_phone": "13800009901",
        "registered_address": "示例路 1 号", "business_address": "示例路 1 号", "city": county.parent_id,
        "region": county.pk, "town": "示例街道", "industry": "化学原料和化学制品制造业", "economic_type": "私营企业",
        "scale": "small", "employee_count": "86", "principal": "赵示例", "principal_phone": "13800009901",
        "safety_officer": "钱示例", "safety_officer_phone": "13800009902", "operating_state": "production",
        "trade": "hazchem", "office": office(JIANGAN).pk,
    } | changes  # fmt: skip


def test_the_first_sign_in_makes_enterprise_and_administrator_and_leads_to_registration(provider: FakeProvider) -> None:
    client = Client()
    answer = come_back(client, provider)
    assert answer.status_code == 302
    enterprise = Enterprise.unscoped.get(uscc=provider.info["uscc"])
    user = User.objects.get(username=enterprise.uscc)
    assert (enterprise.name, enterprise.trade) == ("示例新办化工厂", None)
    assert Membership.unscoped.get(user=user).role == Role.ENTERPRISE_ADMIN
    assert ExternalIdentity.objects.get(user=user).subject == "subject-1"
    assert not user.has_usable_password()
    for page in ("/home/", "/enterprise/", "/account/"):
        assert client.get(page, follow=True).status_code == 200
    assert client.get("/home/")["Location"] == "/enterprise/registration/"


def test_registration_then_password_opens_the_system_at_once(provider: FakeProvider, reviewer: User) -> None:
    client = Client()
    come_back(client, provider)
    assert client.get("/enterprise/registration/edit/").status_code == 200
    saved = client.post("/enterprise/registration/edit/", facts())
    assert saved.status_code == 302, saved.content.decode()[:3000]
    enterprise = Enterprise.unscoped.get(uscc=provider.info["uscc"])
    assert (enterprise.trade, enterprise.supervised_region) == ("hazchem", JIANGAN)
    assert enterprise.supervision_state == Enterprise.SupervisionState.PENDING
    assert "不必重新登录" in client.get("/enterprise/registration/").content.decode()
    assert client.get("/home/")["Location"] == "/enterprise/registration/"  # the password is still owed
    words = {"new_password": "changjiang-daqiao-42", "repeated": "changjiang-daqiao-42"}
    assert client.post("/account/password/", words)["Location"] == "/home/"
    page = client.get("/home/", follow=True).content.decode()
    assert "企业基本信息" in page
    local = Client().post("/login/", {"username": enterprise.uscc, "password": "changjiang-daqiao-42"})
    assert local["Location"] == "/home/"


def test_the_same_subject_comes_back_to_the_same_account(provider: FakeProvider) -> None:
    come_back(Client(), provider)
    come_back(Client(), provider)
    assert Enterprise.unscoped.filter(uscc=provider.info["uscc"]).count() == 1
    assert User.objects.filter(username=provider.info["uscc"]).count() == 1


def test_another_subject_with_the_same_code_is_refused(provider: FakeProvider) -> None:
    come_back(Client(), provider)
    provider.subject = "subject-2"
    client = Client()
    answer = come_back(client, provider)
    assert answer.status_code == 403
    assert "已与另一个统一身份账号绑定" in answer.content.decode()
    assert client.get("/account/").status_code == 302


def test_an_administrator_whom_nobody_claimed_is_bound_by_the_code(provider: FakeProvider, admin: User) -> None:
    provider.info["uscc"] = admin.username
    client = Client()
    assert come_back(client, provider).status_code == 302
    assert ExternalIdentity.objects.get(subject="subject-1").user == admin
    assert client.get("/enterprise/").status_code == 200


def test_a_natural_person_is_told_what_to_do(provider: FakeProvider) -> None:
    del provider.info["uscc"]
    answer = come_back(Client(), provider)
    assert answer.status_code == 403
    assert "自然人账号" in answer.content.decode()
    assert User.objects.count() == 0


def test_a_code_with_a_wrong_check_digit_makes_nothing(provider: FakeProvider) -> None:
    provider.info["uscc"] = provider.info["uscc"][:-1] + ("A" if provider.info["uscc"][-1] != "A" else "B")
    assert come_back(Client(), provider).status_code == 403
    assert Enterprise.unscoped.count() == 0


def test_a_disabled_administrator_stays_outside(provider: FakeProvider) -> None:
    come_back(Client(), provider)
    User.objects.update(is_active=False)
    assert come_back(Client(), provider).status_code == 403


def test_the_provider_down_is_said_and_nothing_breaks(provider: FakeProvider) -> None:
    provider.down = True
    answer = Client().get("/login/legal/")
    assert answer.status_code == 503
    assert "暂时无法连接" in answer.content.decode()


def test_the_office_list_follows_county_and_trade(admin: User, signed_in: Callable[[object], Client]) -> None:
    county = Region.objects.get(code=JIANGAN, level="county")
    query = {"city": county.parent_id, "region": county.pk, "trade": "hazchem"}
    page = signed_in(admin).get("/enterprise/registration/places/", query).content.decode()
    assert str(office(JIANGAN)) in page
    assert str(office(420506)) not in page
