"""Activation slips: the only way to a first password, once, and never somebody else's."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from yingan.accounts import services as accounts
from yingan.accounts.models import ActivationSlip, User
from yingan.accounts.tests.factories import PASSWORD
from yingan.kernel import clock

pytestmark = pytest.mark.django_db
NEW = "qingfeng-laiguo-2031"
WORDS = {"new_password": NEW, "repeated": NEW}


@pytest.fixture
def fresh(employee: User) -> User:
    employee.set_unusable_password()
    employee.save()
    return employee


def path(issued: accounts.IssuedSlip) -> str:
    return issued.url.partition("8000")[2]


def test_the_link_sets_the_password_once_and_signs_in(admin: User, fresh: User) -> None:
    issued = accounts.issue_slip(fresh, by=admin)
    client = Client()
    assert fresh.name in client.get(path(issued)).content.decode()
    assert client.post(path(issued), WORDS)["Location"] == "/home/"
    assert client.get("/account/").status_code == 200
    assert Client().post(path(issued), WORDS).status_code == 410
    assert Client().post("/login/", {"username": fresh.username, "password": NEW})["Location"] == "/home/"


def test_the_typed_code_works_with_its_account_only(admin: User, fresh: User, head: User) -> None:
    issued = accounts.issue_slip(fresh, by=admin)
    client = Client()
    assert client.post("/activate/", {"username": head.username, "code": issued.code}).status_code == 422
    going = client.post("/activate/", {"username": fresh.username, "code": issued.shown_code.lower()})
    assert client.post(going["Location"], WORDS)["Location"] == "/home/"
    assert Client().get("/activate/typed/").status_code == 410


def test_five_wrong_codes_void_the_slip(admin: User, fresh: User) -> None:
    issued = accounts.issue_slip(fresh, by=admin)
    for number in range(5):
        words = {"username": fresh.username, "code": "2222222222"}
        assert Client().post("/activate/", words, REMOTE_ADDR=f"10.{number}.0.1").status_code == 422
    right = {"username": fresh.username, "code": issued.code}
    assert Client().post("/activate/", right, REMOTE_ADDR="10.77.0.1").status_code == 422
    assert Client().get(path(issued)).status_code == 410


def test_a_slip_ends_after_72_hours_and_with_the_next_one(admin: User, fresh: User) -> None:
    first = accounts.issue_slip(fresh, by=admin)
    second = accounts.issue_slip(fresh, by=admin)
    assert Client().get(path(first)).status_code == 410
    assert Client().get(path(second)).status_code == 200
    with time_machine.travel(clock.now() + dt.timedelta(hours=72, seconds=1)):
        assert Client().get(path(second)).status_code == 410


def test_secrets_are_not_kept(admin: User, fresh: User) -> None:
    issued = accounts.issue_slip(fresh, by=admin)
    row = ActivationSlip.objects.get()
    kept = " ".join(str(value) for value in vars(row).values())
    assert issued.code not in kept
    assert issued.url.rstrip("/").rpartition("/")[2] not in kept


def test_a_reset_leaves_the_old_password_until_it_is_used_then_ends_all_sessions(admin: User, head: User) -> None:
    session = Client()
    session.post("/login/", {"username": head.username, "password": PASSWORD})
    issued = accounts.issue_slip(head, by=admin)
    assert issued.slip.purpose == ActivationSlip.Purpose.RESET
    assert session.get("/account/").status_code == 200
    Client().post(path(issued), WORDS)
    assert session.get("/account/").status_code == 302


@pytest.mark.parametrize("bad", ["short-1", "password123456", "aaaaaaaaaaaaaa", "qwertyuiop123"])
def test_a_weak_password_is_refused_and_the_slip_stays(admin: User, fresh: User, bad: str) -> None:
    issued = accounts.issue_slip(fresh, by=admin)
    assert Client().post(path(issued), {"new_password": bad, "repeated": bad}).status_code == 422
    assert Client().get(path(issued)).status_code == 200


def test_who_may_issue(
    admin: User, neighbour: User, head: User, employee: User, reviewer: User, system_admin: User, security_admin: User
) -> None:
    assert accounts.may_issue(employee, by=admin)
    assert accounts.may_issue(reviewer, by=system_admin)
    assert not accounts.may_issue(employee, by=neighbour)
    assert not accounts.may_issue(employee, by=head)
    assert not accounts.may_issue(employee, by=system_admin)
    assert not accounts.may_issue(reviewer, by=admin)
    assert not accounts.may_issue(admin, by=admin)
    with pytest.raises(accounts.NotAllowed):
        accounts.issue_slip(employee, by=neighbour)


def test_an_officer_s_slip_still_leads_to_the_second_factor(reviewer: User, system_admin: User) -> None:
    issued = accounts.issue_slip(reviewer, by=system_admin)
    strong = {"new_password": "Qingfeng-2031-Lai", "repeated": "Qingfeng-2031-Lai"}
    client = Client()
    assert client.post(path(issued), strong)["Location"] == "/second-factor/"
    assert client.get("/account/").status_code == 302
    assert "/second-factor/" in client.get("/second-factor/").request["PATH_INFO"]
