"""The environment file: random, private, kept, and computed where it can be."""

import stat
from pathlib import Path

import pytest

from ops import environment

NO_SHELL: dict[str, str] = {}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_the_file_is_private(file: Path) -> None:
    environment.ensure(file, NO_SHELL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_secrets_stay_the_same_at_the_next_start(file: Path) -> None:
    assert environment.ensure(file, NO_SHELL) == environment.ensure(file, NO_SHELL)


def test_two_installations_share_no_secret(file: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first, second = environment.ensure(file, NO_SHELL), environment.ensure(tmp_path / "other" / ".env", NO_SHELL)
    secret = [name for name in environment.KEPT if any(word in name for word in ("SECRET", "PASSWORD", "KEY", "SEED"))]
    assert len(secret) == 15
    assert [name for name in secret if first[name] == second[name]] == []


def test_a_changed_port_moves_the_addresses(file: Path) -> None:
    environment.ensure(file, NO_SHELL)
    file.write_text(file.read_text("utf-8").replace("POSTGRES_PORT=5433", "POSTGRES_PORT=6000"), "utf-8")
    values = environment.ensure(file, NO_SHELL)
    assert values["WEB_DATABASE_URL"].endswith("@127.0.0.1:6000/yingan")
    assert "127.0.0.1:5433" not in file.read_text("utf-8")


def test_an_external_database_given_in_the_upper_part_is_kept(file: Path) -> None:
    file.write_text("DATABASE_URL=postgresql://boss:x@db.example:5432/safety\n", "utf-8")
    values = environment.ensure(file, NO_SHELL)
    assert environment.ensure(file, NO_SHELL) == values
    assert not environment.is_ours(values, "DATABASE_URL")
    assert values["WEB_DATABASE_URL"].endswith("@db.example:5432/safety")
    assert environment.is_ours(values, "NATS_URL")


def test_the_shell_wins_and_is_not_written_down(file: Path) -> None:
    values = environment.ensure(file, {"WEB_PORT": "9000", "UNRELATED": "1"})
    assert values["PUBLIC_URL"] == "http://127.0.0.1:9000"
    assert "9000" not in file.read_text("utf-8")
    assert "UNRELATED" not in values


def test_the_embedded_servers_are_ours(file: Path) -> None:
    values = environment.ensure(file, NO_SHELL)
    assert environment.is_ours(values, "DATABASE_URL")
    assert environment.is_ours(values, "NATS_URL")
