"""What the architecture tests know about the tree: the contexts from high to low, as pyproject.toml lists them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("yingan", "identity", "simulator", "ops")
PUBLIC_MODULES = {"services", "queries", "models", "ownership", "workflow"}


def ranks() -> dict[str, int]:
    """Return the rank of each context: the higher the number, the higher the layer; siblings share one."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    levels = [re.findall(r"\w+", line) for line in reversed(contract["layers"])]
    return {name: rank for rank, names in enumerate(levels) for name in names}


def python_files(*, tests: bool, packages: tuple[str, ...] = PACKAGES) -> list[Path]:
    """Return our Python files without migrations; test files or the others."""
    files = [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]
    if tests:
        files += [*sorted((ROOT / "tests").rglob("*.py")), ROOT / "conftest.py"]
    return [
        file
        for file in files
        if "migrations" not in file.parts and tests == ("tests" in file.parts or file.name == "conftest.py")
    ]


def context_of(file: Path) -> str:
    """Return the context in which a file of yingan lies."""
    parts = file.relative_to(ROOT).parts
    return parts[1] if parts[0] == "yingan" and len(parts) > 2 else ""
