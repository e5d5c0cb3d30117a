"""What the site needs before it serves: its signing key, its client and, in the demo, its people. All idempotent."""

import datetime as dt
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ValidationError
from django.db import transaction

from identity.people import services
from identity.people.models import Kind, Person
from identity.people.services import Details
from yingan.kernel.identifiers import check_credit_code, check_id_number, check_phone, fictitious_phone

SCOPES = ["openid", "profile", "enterprise", "phone"]
KEY_BITS = 3072
SETTLED = dt.timedelta(days=30)  # demo phones count as bound long enough to reset a password by
REVIEWERS = ("shenhe1", "shenhe2")
REVIEWER_NAMES = ("审核员甲", "审核员乙")


class BadDemoData(Exception):
    """A row of the demo file is not usable."""


def make_key(file: Path) -> bool:
    """Make the RSA key that signs tokens, unless it is there; tell whether it was made."""
    if file.exists():
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
    draft.replace(file)
    return True


def make_client(client_id: str, secret: str, platform: str) -> Client:
    """Make or refresh the platform's client: code flow only, one exact address to come back to."""
    client, _ = Client.objects.get_or_create(id=client_id, defaults={"name": "省应急管理综合应用平台"})
    if not client.check_secret(secret):
        client.set_secret(secret)
    client.name = "省应急管理综合应用平台"
    client.type = Client.Type.CONFIDENTIAL
    client.skip_consent = True
    client.set_scopes(SCOPES)
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE])
    client.set_response_types(["code"])
    client.set_redirect_uris([f"{platform}/login/callback/"])
    client.set_post_logout_redirect_uris([f"{platform}/", f"{platform}/login/", f"{platform}/logout/"])
    client.save()
    return client


@transaction.atomic
def make_legal_person(row: Mapping[str, Any], *, now: dt.datetime) -> Person:
    """Make or refresh a legal person of the demo; a password that still fits is left alone.

    :raises BadDemoData: if a number has a wrong check digit or a field is missing
    """
    try:
        uscc, phone = check_credit_code(row["uscc"]), check_phone(row["phone"])
        id_number = check_id_number(row["id_number"])
    except (KeyError, ValidationError) as wrong:
        raise BadDemoData(f"{row.get('uscc', '?')}: {wrong}") from wrong
    details = Details(
        kind=Kind.LEGAL, username=uscc, real_name=row["legal_person"], id_number=id_number, phone=phone,
        password=row["password"], enterprise_name=row["enterprise_name"],
    )  # fmt: skip
    return _make(details, now=now)


@transaction.atomic
def make_reviewer(username: str, real_name: str, *, password: str, seed: str, now: dt.datetime) -> Person:
    """Make or refresh a reviewer with a second factor whose seed is given (base 32)."""
    phone = fictitious_phone(9900 + int(username[-1:]) if username[-1:].isdigit() else 9900)
    details = Details(
        kind=Kind.REVIEWER, username=username, real_name=real_name, id_number="", phone=phone, password=password
    )
    person = _make(details, now=now)
    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(person, seed)
        RecoveryCodes.activate(person)
    return person


def _make(details: Details, *, now: dt.datetime) -> Person:
    person = Person.objects.filter(username=details.username).first()
    if person is None:
        return services.create(details, now=now - SETTLED)
    person.enterprise_name, person.real_name = details.enterprise_name, details.real_name
    person.save(update_fields=["enterprise_name", "real_name"])
    if not person.check_password(details.password):
        services.set_password(person, details.password, now=now)
    return person
