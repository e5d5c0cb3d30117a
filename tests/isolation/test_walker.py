"""The walk: every address × every persona and a stranger. Without a right: 404 or the sign-in, and no word more."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.architecture.layers import ROOT
from tests.isolation import things
from tests.isolation.matrix import ELSEWHERE, MATRIX
from tests.isolation.walker import SIGNED_IN, STRANGER, Address, Row, addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpResponse

    from yingan.accounts.models import User

ADDRESSES = [address for address in addresses() if address.name not in ELSEWHERE]
PLANT = "示例化工一厂"
SEEN = {
    **{key: {PLANT} for key in ("admin", "head", "employee")},
    "neighbour": {"示例化工二厂"},
    "rival": {"示例化工三厂"},
    **{key: {PLANT, "示例化工二厂"} for key in ("reviewer", "city_reviewer", "enforcer")},
    "provincial_reviewer": {PLANT, "示例化工二厂", "示例化工三厂"},
}
CANARIES = {PLANT, "示例化工二厂", "示例化工三厂"}
HARMLESS = ("django_session", "kernel_auditentry", "kernel_platformauditentry", "accounts_usersession")
WRITES = ("INSERT", "UPDATE", "DELETE")


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {address.name for address in ADDRESSES} == set(MATRIX)


def test_streams_are_walked_where_the_matrix_says() -> None:
    for name, file in ELSEWHERE.items():
        assert reverse(name) in (ROOT / file).read_text("utf-8")


class World:
    """All personas with their clients, and the things of the three enterprises."""

    def __init__(self, request: pytest.FixtureRequest, signed_in: Callable[[User], Client]) -> None:
        self.users: dict[str, User] = {name: request.getfixturevalue(name) for name in sorted(SIGNED_IN)}
        self.clients = {STRANGER: Client()} | {name: signed_in(user) for name, user in self.users.items()}
        for client in self.clients.values():
            client.raise_request_exception = False
        owners = {name: self.users[name] for name in ("admin", "neighbour", "rival")}
        made = {name: things.of_enterprise(user.enterprise, user) for name, user in owners.items()}
        self.things = made["admin"] | things.of_nobody()

    def ask(self, persona: str, address: Address, row: Row) -> HttpResponse:
        """Send the request and undo what it did."""
        url = reverse(address.name, kwargs=self.things[row.thing] if row.thing else {})
        client = self.clients[persona]
        cookies = client.cookies.copy()  # signing out forgets them here too
        with undone():
            answer = client.post(url, row.data) if row.method == "POST" else client.get(url, row.data)
            if hasattr(answer, "streaming_content"):
                answer.content = b"".join(answer.streaming_content)
        client.cookies = cookies
        return answer


class _UndoError(Exception):
    pass


class undone:  # noqa: N801  # reads as a verb
    """Roll back what happens inside."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *problem: object) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


@pytest.fixture
def world(request: pytest.FixtureRequest, signed_in: Callable[[User], Client]) -> World:
    return World(request, signed_in)


def is_refused(answer: Any) -> bool:
    """Tell whether a persona got nothing: not found, or sent to the sign-in."""
    return answer.status_code in (404, 405) or (
        answer.status_code == 302 and answer["Location"].startswith(("/login/", "/second-factor/"))
    )


def is_answered(answer: Any) -> bool:
    """Tell whether a persona got an answer of the page: the page, a redirect inside, or a refusal as a sentence."""
    return answer.status_code in (200, 204, 302, 409, 410, 422) and not is_refused(answer)


def text_of(answer: Any) -> str:
    """Return everything readable in an answer: body, headers, and the sheets inside a workbook."""
    body = bytes(answer.content)
    text = body.decode("utf-8", "replace") + str(answer.headers)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            text += "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return text


def problems_of(world: World, address: Address) -> Iterator[str]:
    row = MATRIX[address.name]
    for persona in (STRANGER, *sorted(SIGNED_IN)):
        answer = world.ask(persona, address, row)
        where = f"{address.name} as {persona}: {answer.status_code}"
        if answer.status_code >= 500:
            yield f"{where} fails"
        elif row.lets_in(persona) and not is_answered(answer):
            yield f"{where}, should be answered"
        elif not row.lets_in(persona) and not is_refused(answer):
            yield f"{where}, should be refused"
        leaked = {name for name in CANARIES - SEEN.get(persona, set()) if name in text_of(answer)}
        if leaked:
            yield f"{where} shows {leaked}"


@pytest.mark.django_db
def test_nobody_gets_more_than_the_matrix_says(world: World) -> None:
    problems = [problem for address in ADDRESSES for problem in problems_of(world, address)]
    assert not problems, "\n".join(problems)


@pytest.mark.django_db
def test_no_get_changes_anything(world: World) -> None:
    changes = []
    for address in ADDRESSES:
        row = MATRIX[address.name]
        if row.method != "GET":
            continue
        for persona in ("admin", "reviewer", "system_admin"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                world.ask(persona, address, row)
            for query in queries:
                sql = query["sql"]
                if sql.startswith(WRITES) and not any(f'"{table}"' in sql for table in HARMLESS):
                    changes.append(f"{address.name} as {persona}: {sql[:120]}")
    assert not changes, "\n".join(changes)


@pytest.mark.django_db
def test_the_walk_finds_a_page_without_a_gate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: with the first wall's gate open, and the second off, the walk must cry."""
    monkeypatch.setattr("yingan.kernel.tenancy.Scope.condition", lambda self, prefix="enterprise": _everything())
    monkeypatch.setattr("tests.support.ServeAsWeb.__call__", lambda self, request: self.get_response(request))
    address = next(address for address in ADDRESSES if address.name == "point-detail")
    assert any("should be refused" in problem for problem in problems_of(world, address))


def _everything() -> Any:
    from django.db.models import Q

    return Q()
