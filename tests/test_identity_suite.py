"""The tests of the identity site, run in a process of their own: its settings, user model and database are others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.timeout(900)
def test_the_suite_of_the_identity_site_passes():
    command = [sys.executable, "-m", "pytest", "-c", "identity/pytest.ini", "identity", "-q", "--no-header"]
    environment = {"DJANGO_SETTINGS_MODULE": "identity.settings"}
    done = subprocess.run(command, cwd=ROOT, env=_clean() | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-8000:]}\n{done.stderr[-2000:]}"
    assert " passed" in done.stdout


def _clean() -> dict[str, str]:
    """Return this process's environment without what belongs to the outer run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
