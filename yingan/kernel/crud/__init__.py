"""List pages from declarations: query, table, add, edit, delete, detail, import, template, export.

A page is one frozen `CrudPage`; the views are plain functions of (request, page). A page that needs an `if` replaces
one address: `crud_urls(TANKS, edit=views.edit_tank)`, or drops it: `without={"import"}`. There is no third way.
"""

from yingan.kernel.crud.page import Column, CrudPage
from yingan.kernel.crud.urls import crud_urls

__all__ = ["Column", "CrudPage", "crud_urls"]
