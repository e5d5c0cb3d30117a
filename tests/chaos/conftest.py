"""One installation of real processes for all tests of this folder, and an enterprise in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOUND = """
import json
from django.db import transaction
from yingan.enterprises.tests import factories as places
from yingan.telemetry.tests import factories
with transaction.atomic():
    plant = places.enterprise(1, region=420102, trade="hazchem")
    gateways = []
    for number in range(3):
        device = factories.gateway(plant)
        tank = factories.equipment(plant)
        tags = [f"T-{n}.LI" for n in range(20)]
        for tag in tags:
            factories.point(device, tag, tank, low=0.0)
        gateways.append({"id": device.pk, "user": device.user_name, "password": device.password, "tags": tags})
print(json.dumps({"uscc": plant.uscc, "enterprise": plant.pk, "gateways": gateways}))
"""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return running processes with a database of their own."""
    folder: Path = tmp_path_factory.mktemp("stack")
    stack = Stack(folder)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def plant(stack: Stack) -> dict[str, object]:
    """Return an enterprise with three gateways of twenty points, limits 0 and 100."""
    printed = stack.manage("shell", "--verbosity", "0", "-c", FOUND, YINGAN_ROLE="owner")
    found: dict[str, object] = json.loads(printed.strip().splitlines()[-1])
    return found
