"""The addresses of a list page, explicit in each context's urls.py: `[*crud_urls(pages.TANKS), …]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, path

from yingan.kernel.crud import views
from yingan.kernel.sheets import views as sheet_views

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from yingan.kernel.crud.page import CrudPage

VIEWS: dict[str, tuple[str, Callable[..., Any]]] = {
    "list": ("", views.list_rows),
    "add": ("add/", views.edit_row),
    "template": ("template/", sheet_views.template),
    "export": ("export/", sheet_views.export),
    "import": ("import/", sheet_views.import_sheet),
    "import-take": ("import/<int:pk>/take/", sheet_views.take_import),
    "import-undo": ("import/<int:pk>/undo/", sheet_views.undo_import),
    "import-errors": ("import/<int:pk>/errors/", sheet_views.import_errors),
    "detail": ("<int:pk>/", views.show_row),
    "edit": ("<int:pk>/edit/", views.edit_row),
    "delete": ("<int:pk>/delete/", views.delete_row),
}
WITH_IMPORT = frozenset({"template", "import-take", "import-undo", "import-errors"})


def crud_urls(page: CrudPage, *, without: Collection[str] = (), **own: Callable[..., Any]) -> list[URLPattern]:
    """Return the addresses of a page, named `slug-kind`; a view given by its kind takes the place of ours.

    Without "import" there is no template either.
    """
    dropped = set(without) | (WITH_IMPORT if "import" in without else set())
    unknown = (dropped | own.keys()) - VIEWS.keys()
    if unknown:
        raise ValueError(f"no such view of a list page: {', '.join(sorted(unknown))}")
    prefix = page.path or f"{page.slug}/"
    return [
        path(
            f"{prefix}{suffix}", own.get(kind, view), {} if kind in own else {"page": page}, name=f"{page.slug}-{kind}"
        )
        for kind, (suffix, view) in VIEWS.items()
        if kind not in dropped
    ]
