"""The demo data loads once, is invented, and leaves no page empty."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from simulator import control
from yingan.accounts.models import Role, User
from yingan.demo import loading, people
from yingan.enterprises.models import Enterprise
from yingan.kernel import identifiers
from yingan.regions.models import Trade
from yingan.telemetry.models import Point

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DEMO_PASSWORD", "a-demo-password-of-tests")
    monkeypatch.setenv("DEMO_TOTP_SEED", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    monkeypatch.setenv("DEMO_GATEWAY_SECRET", "secret")
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    settings.DEMO = True  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.usefixtures("_installation")
def test_the_demo_loads_once_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_load")
    assert Enterprise.unscoped.count() == 12
    assert set(Enterprise.unscoped.values_list("trade", flat=True)) == set(Trade)
    roles = {user.role for user in User.objects.all()}
    assert roles == set(Role)
    assert Point.unscoped.count() == 3 * 16 + 4 * 7  # three tank farms, four reactors
    assert len(control.fleet()) == 7
    for uscc, phone in Enterprise.unscoped.values_list("uscc", "principal_phone"):
        assert identifiers.check_credit_code(uscc) == uscc
        assert phone.startswith("1380000")
    for account in people.accounts():
        assert User.objects.filter(username=account.username).exists(), account
    for person in json.loads((loading.settings.VAR_DIR / "demo" / "legal_persons.json").read_text("utf-8")):
        assert identifiers.check_id_number(person["id_number"]).startswith("990000")
    assert loading.load(print) is False
    assert Enterprise.unscoped.count() == 12
    call_command("demo_accounts")
    assert "a-demo-password-of-tests" in capsys.readouterr().out
