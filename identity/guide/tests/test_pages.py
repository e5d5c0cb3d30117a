"""Pages that everybody may read, headers of all pages, and set-up."""

import json

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.template import engines
from django.test import Client

from identity.conftest import PASSWORD, ROOT, SEED, row
from identity.guide import pdf
from identity.people.models import Person

pytestmark = pytest.mark.django_db
PUBLIC = ["/", "/login/", "/register/", "/register/legal/", "/register/natural/", "/password/forgotten/", "/appeals/",
          "/appeals/status/", "/questions/", "/guide/", "/agreement/", "/demo/messages/", "/password/forgotten/done/",
          "/password/cancel/unknown/"]  # fmt: skip
OWN = ["/account/", "/account/password/", "/account/sessions/", "/account/second-factor/", "/logout/"]


@pytest.mark.parametrize("page", PUBLIC)
def test_public_pages_need_no_sign_in_and_no_inline_code(guest, page):
    answer = guest.get(page)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert ' style="' not in text
    assert "<script>" not in text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", OWN)
def test_own_pages_are_for_signed_in_people_and_never_cached(guest, signed_in, enterprise, page):
    assert guest.get(page).status_code == 302
    answer = signed_in(enterprise).get(page)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "page", ["/signup/", "/email/", "/password/reset/", "/accounts/signup/", "/account/second-factor/webauthn/"]
)
def test_pages_of_allauth_that_we_do_not_use_do_not_exist(guest, page):
    assert guest.get(page).status_code == 404


def test_the_first_questions_of_the_manual_are_answered(guest):
    text = guest.get("/questions/").content.decode()
    for words in (
        "为什么要到统一身份认证平台注册",
        "不能设置注册入口",
        "12345",
        "忘记密码",
        "帐号申诉",
        "企业个人入口",
    ):
        assert words in text


def test_the_guide_is_a_pdf_where_the_machine_can_make_one(guest, settings):
    assert guest.get("/guide/registration.pdf").url == "/guide/"
    if pdf.build(settings.GUIDE_PDF):
        answer = guest.get("/guide/registration.pdf")
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "下载 PDF" in guest.get("/guide/").content.decode()
    else:
        assert "打印功能" in guest.get("/guide/").content.decode()


def test_health(guest):
    assert guest.get("/healthz").content == b"ok"


def test_forms_want_their_token():
    assert Client(enforce_csrf_checks=True).post("/login/", {"login": "a", "password": "b"}).status_code == 403


def test_every_template_compiles():
    files = [*ROOT.glob("identity/templates/**/*.html"), *ROOT.glob("identity/*/templates/**/*.html")]
    assert len(files) > 40
    for file in files:
        engines["django"].from_string(file.read_text("utf-8"))


@pytest.fixture
def demo_file(tmp_path):
    """Write the demo people as the platform does."""
    file = tmp_path / "people.json"
    file.write_text(json.dumps([row(1), row(2)]), "utf-8")
    return file


@pytest.fixture
def ready(settings, tmp_path, monkeypatch):
    """Give set-up what it asks for."""
    settings.OIDC_CLIENT_SECRET = "secret-of-the-client"
    settings.IDENTITY_OIDC_KEY_FILE = tmp_path / "identity" / "oidc.pem"
    settings.DEMO_PEOPLE = tmp_path / "none.json"
    monkeypatch.setenv("DEMO_PASSWORD", "Reviewer-Pass-2031")
    monkeypatch.setenv("DEMO_TOTP_SEED", SEED)


def test_set_up_may_run_again_and_again(ready, settings, demo_file):
    call_command("identity_setup", demo=demo_file)
    key = settings.IDENTITY_OIDC_KEY_FILE.read_bytes()
    hashes = set(Person.objects.values_list("pk", "password"))
    call_command("identity_setup", demo=demo_file)
    assert settings.IDENTITY_OIDC_KEY_FILE.read_bytes() == key
    assert settings.IDENTITY_OIDC_KEY_FILE.stat().st_mode & 0o077 == 0
    assert set(Person.objects.values_list("pk", "password")) == hashes
    assert Person.objects.get(username=row(1)["uscc"]).check_password(PASSWORD)
    client = OidcClient.objects.get()
    assert client.get_redirect_uris() == ["http://127.0.0.1:8000/login/callback/"]
    assert client.check_secret("secret-of-the-client")
    reviewers = Person.objects.filter(kind="reviewer")
    assert reviewers.count() == 2
    assert Authenticator.objects.filter(user__in=reviewers, type="totp").count() == 2


def test_outside_the_demo_set_up_makes_nobody(ready, settings, demo_file):
    settings.DEMO = False
    call_command("identity_setup", demo=demo_file)
    assert not Person.objects.exists()


def test_set_up_refuses_demo_people_with_wrong_numbers(ready, demo_file):
    demo_file.write_text(json.dumps([row(1) | {"uscc": "123"}]), "utf-8")
    with pytest.raises(CommandError, match="不可用"):
        call_command("identity_setup", demo=demo_file)


def test_set_up_without_a_client_secret_says_so(ready, settings):
    settings.OIDC_CLIENT_SECRET = ""
    with pytest.raises(CommandError, match="OIDC_CLIENT_SECRET"):
        call_command("identity_setup")
