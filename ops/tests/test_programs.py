"""Each process sees the values that it needs and no other secret."""

from pathlib import Path

import pytest

from ops import environment, launch
from ops.programs import BY_NAME, PROGRAMS
from ops.supervise import configuration, socket_path


@pytest.fixture
def values(tmp_path: Path) -> dict[str, str]:
    return environment.ensure(tmp_path / ".env", {})


@pytest.mark.parametrize("name", [program.name for program in PROGRAMS])
def test_only_the_own_database_is_seen(name: str, values: dict[str, str]) -> None:
    own = {"web": "WEB_", "ingest": "INGEST_", "worker": "WORKER_", "identity": "IDENTITY_"}.get(name)
    seen = {key for key in BY_NAME[name].environment(values) if key.endswith("DATABASE_URL")}
    assert seen == ({f"{own}DATABASE_URL"} if own else set())


@pytest.mark.parametrize("name", ["web", "ingest", "worker", "simulator", "identity"])
def test_nobody_sees_the_passwords_of_the_servers(name: str, values: dict[str, str]) -> None:
    seen = BY_NAME[name].environment(values)
    assert not {"OWNER_PASSWORD", "NATS_SYSTEM_PASSWORD", "NATS_PASSWORD"} & set(seen)
    assert values["OWNER_PASSWORD"] not in "".join(seen.values())


def test_the_database_server_sees_no_secret_of_ours(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", values["SECRET_KEY"])
    assert values["SECRET_KEY"] not in launch.environment_of(BY_NAME["postgres"], values).values()


def test_the_simulator_runs_in_the_demo_only(values: dict[str, str]) -> None:
    assert BY_NAME["simulator"].wanted(values)
    assert not BY_NAME["simulator"].wanted({**values, "DEMO": "0"})


def test_demo_secrets_are_not_handed_out_in_earnest(values: dict[str, str]) -> None:
    assert "DEMO_PASSWORD" in BY_NAME["web"].environment(values)
    assert "DEMO_PASSWORD" not in BY_NAME["web"].environment({**values, "DEMO": "0"})


def test_an_external_server_is_not_started(values: dict[str, str]) -> None:
    external = {**values, "DATABASE_URL": "postgresql://boss:x@db.example/safety"}
    assert not BY_NAME["postgres"].wanted(external)
    assert BY_NAME["nats"].wanted(external)


def test_the_supervisor_starts_the_servers_by_itself_and_the_rest_when_told(tmp_path: Path) -> None:
    text = configuration(tmp_path, tmp_path / "s", PROGRAMS)
    sections = {part.split("]")[0]: part for part in text.split("[program:")[1:]}
    assert set(sections) == set(BY_NAME)
    assert {name for name, part in sections.items() if "autostart = true" in part} == {"postgres", "nats"}
    assert all("autorestart = true" in part for part in sections.values())
    assert "stopsignal = INT" in sections["postgres"]


def test_a_percent_sign_in_the_path_is_no_format(tmp_path: Path) -> None:
    assert "/a%%b/log" in configuration(Path("/a%b"), tmp_path / "s", PROGRAMS)


def test_a_deep_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    assert socket_path(Path("/srv/var")) == Path("/srv/var/supervisor.sock")
    assert len(str(socket_path(tmp_path / ("x" * 120)))) < 100
