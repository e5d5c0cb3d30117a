"""The finder over npm packages serves listed files and nothing else."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from yingan.kernel.staticfiles import NpmFinder


@pytest.fixture
def finder(tmp_path: Path, settings: Settings) -> NpmFinder:
    for name in ("dist/a.js", "dist/a.js.map", "dist/img/x.png", "src/secret.js"):
        file = tmp_path / "@scope" / "pkg" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    settings.NODE_MODULES = tmp_path
    settings.NPM_FILES = {"@scope/pkg": ["dist/a.js", "dist/img/*"]}
    return NpmFinder()


@pytest.mark.parametrize("name", ["dist/a.js", "dist/a.js.map", "dist/img/x.png"])
def test_a_listed_file_is_found(finder: NpmFinder, tmp_path: Path, name: str) -> None:
    assert finder.find(f"vendor/@scope/pkg/{name}") == str(tmp_path / "@scope/pkg" / name)


@pytest.mark.parametrize("path", ["vendor/@scope/pkg/src/secret.js", "dist/a.js", "vendor/other/dist/a.js"])
def test_other_files_are_not(finder: NpmFinder, path: str) -> None:
    assert finder.find(path) is None
    assert finder.find(path, find_all=True) == []


def test_collectstatic_gets_every_listed_file_once(finder: NpmFinder) -> None:
    assert [name for name, _ in finder.list(None)] == ["dist/a.js", "dist/a.js.map", "dist/img/x.png"]


def test_a_pattern_without_files_is_reported(finder: NpmFinder, settings: Settings) -> None:
    settings.NPM_FILES = {"@scope/pkg": ["dist/none.js"]}
    with pytest.raises(FileNotFoundError, match="npm ci"):
        list(NpmFinder().list(None))
