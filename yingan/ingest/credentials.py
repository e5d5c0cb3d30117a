"""The broker's users: rendered from the table of gateways, at once when one is made, renewed or retired.

Where the broker is not ours (its configuration is not in VAR_DIR), its users are not ours to write; NATS would need an
auth callout for that, which is not supported.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from yingan.telemetry import queries
from yingan.telemetry.services.gateways import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)
POLL_S = 10.0
OURSELVES = "  {user: app, password: $NATS_PASSWORD}"


def folder() -> Path:
    """Return where the broker's configuration is."""
    return Path(settings.VAR_DIR) / "nats"


def render() -> bool:
    """Write the users of all gateways that are not retired and make the broker read them; tell if they changed."""
    if not folder().is_dir():
        return False
    users = [OURSELVES, *(f"  {_user(*row)}" for row in queries.credentials())]
    text = "users: [\n" + "\n".join(users) + "\n]\n"
    file = folder() / "gateways.conf"
    if file.exists() and file.read_text("utf-8") == text:
        return False
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(file)
    _reload()
    return True


def changes() -> Iterator[None]:
    """Yield when gateways may have changed: when a service says so, and every POLL_S seconds."""
    with psycopg.connect(conninfo=_address(), autocommit=True) as link:
        link.execute(f"LISTEN {CHANNEL}")
        while True:
            yield
            for _ in link.notifies(timeout=POLL_S, stop_after=1):
                pass


def _user(name: str, secret_hash: str) -> str:
    return json.dumps(
        {
            "user": name,
            "password": secret_hash,
            "allowed_connection_types": ["MQTT"],
            "permissions": {
                "publish": {"allow": [f"gw.{name}.>"]},
                "subscribe": {"allow": [f"cmd.{name}", f"cmd.{name}.>", "$MQTT.sub.>"]},
            },
        }
    )


def _reload() -> None:
    """Make the broker read its users again; one that is not running will when it starts."""
    try:
        os.kill(int((folder() / "nats.pid").read_text("utf-8")), signal.SIGHUP)
    except (OSError, ValueError) as error:
        logger.info("消息服务没有运行，启动时会读取网关用户：%s", error)


def _address() -> str:
    place = connection.settings_dict
    return make_conninfo(
        dbname=place["NAME"], user=place["USER"], password=place["PASSWORD"], host=place["HOST"], port=place["PORT"]
    )
