"""What every test has: the database, the personas (spec/style.md §7) and clients that are signed in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models.signals import post_migrate
from django.test import Client

from tests import support

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's test driver runs a loop of its own


def pytest_configure(config: pytest.Config) -> None:
    """Serve requests as the web role, right inside the request's transaction."""
    place = settings.MIDDLEWARE.index("yingan.kernel.tenancy.TenantTransaction") + 1
    settings.MIDDLEWARE.insert(place, "tests.support.ServeAsWeb")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests with a browser last: its driver keeps a loop running in this thread until the session ends."""
    items.sort(key=lambda item: bool({"page", "browser", "context"} & set(getattr(item, "fixturenames", ()))))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object, request: pytest.FixtureRequest) -> Iterator[None]:
    """Make this run's database; rows that migrations load come back after a transactional test's flush."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        support.make_test_database(f"_{worker}" if worker else "")
    _flush_partitions_too()
    post_migrate.connect(_load_regions, weak=False)
    yield
    post_migrate.disconnect(_load_regions)


def _flush_partitions_too() -> None:
    """Let the flush after a transactional test reach tables that Django does not know: partitions made by hand."""
    plain = DatabaseOperations.sql_flush

    def flush(self: DatabaseOperations, style: object, tables: list[str], **options: object) -> list[str]:
        return plain(self, style, tables, **options | {"allow_cascade": True})

    DatabaseOperations.sql_flush = flush


def _load_regions(**kwargs: object) -> None:
    from yingan.regions import services
    from yingan.regions.models import Office, Region

    if not Region.objects.exists():
        services.load_divisions(Region)
        services.found_offices(Region, Office)


@pytest.fixture(autouse=True)
def _media_root(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


@pytest.fixture
def signed_in() -> Callable[[object], Client]:
    """Return a function that gives a client of a signed-in person."""
    from yingan.accounts import sessions
    from yingan.kernel import clock

    def sign_in(user: object) -> Client:
        client = Client()
        client.force_login(user)  # type: ignore[arg-type]
        session = client.session
        session[sessions.STARTED] = session[sessions.SEEN] = clock.now().timestamp()
        session.save()
        return client

    return sign_in


pytest_plugins = ["tests.personas", "tests.browser"]
