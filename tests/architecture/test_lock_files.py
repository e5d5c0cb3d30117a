"""Lock files name no registry: the packages come from wherever the machine is set up to get them."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = sorted([*ROOT.glob("requirements*.txt"), *ROOT.glob("ops/requirements*.txt")])


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_python_lock_names_no_address(file: Path) -> None:
    text = file.read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_every_python_package_is_pinned_by_hash(file: Path) -> None:
    entries = file.read_text("utf-8").replace("\\\n", " ").splitlines()
    packages = [line for line in entries if line.strip() and not line.lstrip().startswith("#")]
    assert packages
    assert [line.split()[0] for line in packages if "==" not in line or "--hash=sha256:" not in line] == []


def test_all_three_python_locks_are_there() -> None:
    assert {file.name for file in REQUIREMENTS} == {"requirements.txt", "requirements-dev.txt", "requirements-uv.txt"}


def _addresses(value: object, path: tuple[str, ...] = ()) -> list[str]:
    """Return where an address or a key "resolved" stands in a lock, funding links apart."""
    if isinstance(value, dict):
        found = [".".join((*path, key)) for key in value if key == "resolved" or "://" in key]
        for key, inner in value.items():
            found += [] if key == "funding" else _addresses(inner, (*path, key))
        return found
    if isinstance(value, list):
        return [place for index, inner in enumerate(value) for place in _addresses(inner, (*path, str(index)))]
    return [".".join(path)] if isinstance(value, str) and "://" in value else []


def test_front_end_lock_names_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert _addresses(lock) == []
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)


def test_an_address_in_a_front_end_lock_would_be_seen() -> None:
    entry = {
        "resolved": "x",
        "funding": {"url": "https://example.invalid"},
        "deep": [{"url": "https://example.invalid"}],
    }
    assert _addresses({"packages": {"node_modules/a": entry}}) == [
        "packages.node_modules/a.resolved",
        "packages.node_modules/a.deep.0.url",
    ]


def test_npm_is_told_by_the_project_itself() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text("utf-8").split()


def test_locks_that_would_name_a_registry_are_not_in_the_tree() -> None:
    assert {"uv.lock", "pylock.toml"} <= set((ROOT / ".gitignore").read_text("utf-8").split())
