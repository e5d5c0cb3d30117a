"""The test database: an embedded cluster of our own, one database a run, copied from a migrated template.

Tests log in as the owner, so that set-up reaches every tenant; requests are served as the web role (ServeAsWeb), so
that both walls stand in every test that goes through HTTP.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from ops import databases, postgres

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "test-postgres"


class ServeAsWeb:
    """Serve each request with the rights of the role yingan_web, as in production."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the role for this request; a rolled-back transaction gives it back by itself."""
        if request.path.startswith("/live/"):
            return self.get_response(request)
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE yingan_web")
        response = self.get_response(request)
        if not connection.needs_rollback and response.status_code < 500:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
        return response


def cluster() -> postgres.Cluster:
    """Return the running cluster of the tests."""
    return postgres.ensure(HOME, durable=False)


def passwords(place: postgres.Cluster) -> dict[str, str]:
    """Return the passwords of the roles: the same for every run on this cluster."""
    secret = (place.home / "password").read_text("utf-8")
    return {role: hashlib.sha256(f"{secret}{role}".encode()).hexdigest()
            for role in (databases.OWNER, *databases.SERVING, databases.IDENTITY)}  # fmt: skip


def use(place: postgres.Cluster, role: str, name: str) -> None:
    """Point Django's connection at a database of the cluster."""
    connections["default"].close()
    connections["default"].settings_dict.update(
        NAME=name, USER=role, PASSWORD=passwords(place)[role], HOST="127.0.0.1", PORT=str(place.port), OPTIONS={}
    )


def fingerprint() -> str:
    """Return what the schema depends on, hashed."""
    digest = hashlib.sha256()
    for pattern in ("yingan/*/migrations/*.py", "yingan/kernel/walls.py", "yingan/regions/data/*"):
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def make_test_database(worker: str = "") -> tuple[postgres.Cluster, str]:
    """Make a fresh migrated database for this run and connect to it as the owner; return the cluster and its name."""
    place = cluster()
    databases.set_up(place.url(), passwords(place))
    name = f"test_{os.environ.get('TEST_DB', 'main')}{worker}"
    template = f"template_{fingerprint()}"
    with psycopg.connect(place.url(), autocommit=True) as link:
        link.execute("GRANT yingan_web, yingan_ingest, yingan_worker TO yingan_owner")
        link.execute("SELECT pg_advisory_lock(42)")  # one builds the template, the others wait
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            draft = f"{template}_draft"
            databases.drop_database(link, draft)
            databases.make_database(link, draft, databases.OWNER)
            use(place, databases.OWNER, draft)
            call_command("migrate", verbosity=0)
            connections["default"].close()
            link.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (draft, template))))
        databases.drop_database(link, name)
        words = "CREATE DATABASE {} TEMPLATE {} OWNER yingan_owner"
        link.execute(sql.SQL(words).format(*map(sql.Identifier, (name, template))))
        databases.make_database(link, name, databases.OWNER)
    use(place, databases.OWNER, name)
    return place, name
