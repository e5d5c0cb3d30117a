"""What every test of the identity site has: a database, people, their phones and a browser."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as configured
from django.test import Client

from ops import postgres
from yingan.kernel import clock
from yingan.kernel.identifiers import fictitious_credit_code, fictitious_id_number, fictitious_phone

if os.environ.get("DJANGO_SETTINGS_MODULE") != "identity.settings":
    collect_ignore_glob = ["*"]  # a run of the platform's settings knows nothing of these models

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "Sheep-Ladder-River-55"
NEW_PASSWORD = "Cloud-Violin-Pepper-81"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PLATFORM = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Use the embedded cluster of the tests, with a database of its own."""
    cluster = postgres.ensure(ROOT / "var" / "test-postgres", durable=False)
    configured.DATABASES["default"] |= {
        "NAME": f"identity_{os.environ.get('TEST_DB') or 'suite'}",
        "USER": "postgres",
        "PASSWORD": (cluster.home / "password").read_text("utf-8"),
        "HOST": "127.0.0.1",
        "PORT": str(cluster.port),
        "OPTIONS": {},
    }


@pytest.fixture(scope="session")
def signing_key() -> str:
    """Return an RSA key in PEM, made once a run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


@pytest.fixture(autouse=True)
def installation(settings: "pytest.FixtureRequest", tmp_path: Path, signing_key: str) -> None:
    """Stand for an installation of the demo: quick passwords, an outbox, a folder for documents."""
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.GUIDE_PDF = tmp_path / "guide.pdf"
    settings.IDP_OIDC_PRIVATE_KEY = signing_key
    settings.EMAIL_BACKEND = "identity.codes.mail.OutboxBackend"
    settings.PUBLIC_URL = PLATFORM
    settings.IDENTITY_URL = "http://testserver"


@pytest.fixture
def now() -> datetime:
    """Return the time of the test."""
    return clock.now()


def row(n: int) -> dict[str, str]:
    """Return what the n-th enterprise would register with."""
    return {
        "uscc": fictitious_credit_code(n),
        "enterprise_name": f"示例化工{n}厂",
        "legal_person": "赵六",
        "id_number": fictitious_id_number(n),
        "phone": fictitious_phone(n),
        "password": PASSWORD,
    }


@pytest.fixture
def enterprise(db: None, now: datetime):
    """Return the account of an enterprise whose phone has been bound for a month."""
    from identity.people import setup

    return setup.make_legal_person(row(1), now=now)


@pytest.fixture
def guarded(enterprise):
    """Return the same enterprise with a second factor."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(enterprise, SEED)
    RecoveryCodes.activate(enterprise)
    return enterprise


@pytest.fixture
def person(db: None, now: datetime):
    """Return the account of a natural person."""
    from identity.people import services
    from identity.people.models import Kind

    details = services.Details(
        kind=Kind.NATURAL, username="zhangsan", real_name="张三", id_number=fictitious_id_number(70),
        phone=fictitious_phone(70), password=PASSWORD, email="zhangsan@example.invalid",
    )  # fmt: skip
    return services.create(details, now=now - timedelta(days=30))


@pytest.fixture
def reviewers(db: None, now: datetime):
    """Return two reviewers with second factors."""
    from identity.people import setup

    pairs = zip(setup.REVIEWERS, setup.REVIEWER_NAMES, strict=True)
    return [setup.make_reviewer(u, n, password="Reviewer-Pass-2031", seed=SEED, now=now) for u, n in pairs]


@pytest.fixture
def guest() -> Client:
    """Return a browser that nobody has used."""
    return Client()


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """Return what signs a person in, as after the sign-in page."""

    def sign_in(who) -> Client:
        client = Client()
        client.force_login(who)
        return client

    return sign_in


@pytest.fixture
def inbox() -> Callable[[str], list[str]]:
    """Return what reads the messages of a phone or mailbox, newest first."""
    from identity.codes.models import Message

    return lambda receiver: [message.body for message in Message.objects.all() if message.receiver == receiver]


@pytest.fixture
def code_for(inbox: Callable[[str], list[str]]) -> Callable[[str], str]:
    """Return what reads the newest code that a phone got."""

    def newest(phone: str) -> str:
        return next(found[1] for text in inbox(phone) if (found := re.search(r"验证码 (\d{6})", text)))

    return newest


@pytest.fixture
def totp_code() -> Iterator[Callable[[], str]]:
    """Return what the authenticator shows now."""
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return lambda: format_hotp_value(hotp_value(SEED, int(time.time()) // 30))
