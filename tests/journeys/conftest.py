"""The real processes for the journeys: one installation with demo data, started as `make run` starts it."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

from ops import environment, ports
from tests.browser import DESK, PHONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "test-results" / "journeys"
PORTS = ("WEB_PORT", "IDENTITY_PORT", "POSTGRES_PORT", "NATS_PORT", "NATS_MONITOR_PORT", "MQTT_PORT")
SECONDS_TO_START = 240
READY = "已就绪"


@dataclass(frozen=True)
class Platform:
    """A running installation: its values (`.env`), its process and what it printed."""

    values: dict[str, str]
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def site(self) -> str:
        """The address of the platform."""
        return self.values["PUBLIC_URL"]

    @property
    def identity(self) -> str:
        """The address of 统一身份认证平台."""
        return self.values["IDENTITY_URL"]

    @property
    def password(self) -> str:
        """The password of the demo accounts."""
        return self.values["DEMO_PASSWORD"]


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Start an installation of its own on free ports; stop it by Ctrl-C, as a person would."""
    folder = tmp_path_factory.mktemp("platform")
    chosen = {name: str(ports.any_free()) for name in PORTS} | {"VAR_DIR": str(folder / "var"), "DEMO": "1"}
    values = environment.ensure(folder / ".env", chosen)
    output = folder / "output"
    environ = os.environ | values | {"SIMULATOR_OPCUA_PORT": str(ports.any_free())}
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.run"], cwd=ROOT, env=environ, stdout=stream, stderr=stream,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(process, output)
        yield Platform(values, process, output)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)


def _wait(process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while READY not in output.read_text("utf-8", "replace"):
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the platform did not start:\n{output.read_text('utf-8', 'replace')[-4000:]}")
        time.sleep(0.3)


class Camera:
    """Takes numbered screenshots at desk and phone size into test-results/, to be looked at."""

    def __init__(self, name: str) -> None:
        self.folder = SHOTS / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.numbers = itertools.count(1)

    def take(self, page: Page, what: str) -> None:
        """Keep how the page looks at both sizes."""
        number = next(self.numbers)
        for size, suffix in ((DESK, ""), (PHONE, "-phone")):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.wait_for_timeout(150)
            with contextlib.suppress(Error):  # a picture is for the eye: the test goes on without it
                page.screenshot(path=self.folder / f"{number:02d}-{what}{suffix}.png", timeout=5000)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Camera:
    """Return a camera whose pictures lie under the test's name."""
    return Camera(request.node.originalname)
