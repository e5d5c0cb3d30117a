"""Front-end packages as static files: the listed files of each npm package, under `vendor/<package>/`.

`settings.NODE_MODULES` is the folder that `npm ci` fills; `settings.NPM_FILES` maps a package to glob patterns inside
it. `{% static 'vendor/htmx.org/dist/htmx.min.js' %}` then works with the server of development and with collectstatic.
A source map is served beside its file, because the hashing storage follows `sourceMappingURL`.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

MAP = ".map"


class PackageStorage(FileSystemStorage):
    """The folder of one npm package, seen under `vendor/<package>/`."""

    def __init__(self, package: str, patterns: Iterable[str]) -> None:
        super().__init__(location=Path(settings.NODE_MODULES) / package)
        self.package = package
        self.patterns = tuple(patterns)
        self.prefix = f"vendor/{package}"

    def own_name(self, path: str) -> str:
        """Return the name inside this package of a static `path`; empty if the path is not under it."""
        name = path.removeprefix(self.prefix + "/")
        return "" if name == path else name

    def serves(self, name: str) -> bool:
        """Say whether `name` is one of the listed files (or the source map of one)."""
        plain = name.removesuffix(MAP)
        return any(fnmatch(plain, pattern) for pattern in self.patterns)

    def listed(self) -> Iterator[str]:
        """Yield the names of the listed files and of their source maps.

        :raises FileNotFoundError: if a pattern matches nothing
        """
        root = Path(self.location)
        for pattern in self.patterns:
            found = sorted(file for file in root.glob(pattern) if file.is_file())
            if not found:
                raise FileNotFoundError(f"{self.package}/{pattern} is missing: run npm ci")
            maps = (file for file in root.glob(pattern + MAP) if file.is_file())
            yield from (file.relative_to(root).as_posix() for file in sorted({*found, *maps}))


class NpmFinder(BaseFinder):
    """Finds the files of `settings.NPM_FILES` in `settings.NODE_MODULES`."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storages = {package: PackageStorage(package, patterns) for package, patterns in settings.NPM_FILES.items()}
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        """Return no system-check messages: a missing file is reported by collectstatic."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return where `path` is (or all such places), if it is a listed file."""
        hits = [
            storage.path(name)
            for storage in self.storages.values()
            if (name := storage.own_name(path)) and storage.serves(name) and storage.exists(name)
        ]
        if find_all:
            return hits
        return hits[0] if hits else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, PackageStorage]]:
        """Yield each listed file with its storage, for collectstatic."""
        for storage in self.storages.values():
            for name in dict.fromkeys(storage.listed()):
                yield name, storage
