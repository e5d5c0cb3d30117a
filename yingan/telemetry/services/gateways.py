"""Adding, changing and retiring gateways, and their credentials. The password is shown once; only its hash is kept."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

import bcrypt
from django.db import connection, transaction
from django.db.models import F

from yingan.kernel import audit
from yingan.telemetry.models import Gateway, Point
from yingan.telemetry.services import Refused

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import _User

CHANNEL = "telemetry_gateways"  # ingest listens here and renders the broker's users (ingest/credentials.py)
COST = 4  # the secret has 144 random bits: a slower hash would only slow every connection


@transaction.atomic
def add(gateway: Gateway, *, by: _User | None, password: str | None = None) -> str:
    """Register a gateway of `gateway.enterprise` and return its password, which cannot be shown again.

    The broker knows it a moment after the transaction. A given `password` is for demonstration data only.
    """
    gateway.public_id = uuid.uuid4()
    secret = _set_password(gateway, password)
    gateway.save(force_insert=True)
    audit.record("telemetry.gateway.add", by=by, subject=gateway, detail={"code": gateway.code})
    _tell_ingest()
    return secret


@transaction.atomic
def change(gateway: Gateway, *, by: _User) -> None:
    """Save what a person changed about a gateway."""
    gateway.save()
    audit.record("telemetry.gateway.change", by=by, subject=gateway, detail={"code": gateway.code})


@transaction.atomic
def renew_password(gateway: Gateway, *, by: _User) -> str:
    """Give the gateway a new password and return it once; its connection with the old one ends.

    :raises Refused: if the gateway is retired
    """
    if gateway.retired_at is not None:
        raise Refused("该网关已停用，不能重置接入密码。")
    secret = _set_password(gateway, None)
    gateway.save(update_fields=["secret_hash"])
    audit.record("telemetry.gateway.renew_password", by=by, subject=gateway)
    _tell_ingest()
    return secret


@transaction.atomic
def retire(gateway: Gateway, *, by: _User | None, now: dt.datetime) -> None:
    """End a gateway and its points: it can no longer sign in; what it sent stays.

    :raises Refused: if it is retired already
    """
    rows = Gateway.unscoped.filter(pk=gateway.pk, enterprise_id=gateway.enterprise_id, retired_at__isnull=True)
    if not rows.update(retired_at=now, config_version=F("config_version") + 1):
        raise Refused("该网关已停用。")
    Point.unscoped.filter(
        enterprise_id=gateway.enterprise_id, gateway_id=gateway.pk, retired_at__isnull=True
    ).update(retired_at=now)  # fmt: skip
    gateway.retired_at = now
    audit.record("telemetry.gateway.retire", by=by, subject=gateway, detail={"code": gateway.code})
    _tell_ingest()


def _set_password(gateway: Gateway, password: str | None) -> str:
    secret = password or secrets.token_urlsafe(18)
    gateway.secret_hash = bcrypt.hashpw(secret.encode(), bcrypt.gensalt(COST)).decode()
    return secret


def _tell_ingest() -> None:
    """Wake the process that renders the broker's users, when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
