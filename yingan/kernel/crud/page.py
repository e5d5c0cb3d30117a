"""What a list page is: a declaration, and how one cell of it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import ForeignKey
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from yingan.kernel.lists import text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.contrib.auth.models import _User
    from django.db.models import Field, QuerySet
    from django.forms import ModelForm
    from django.utils.safestring import SafeString

    from yingan.kernel.ownership import EnterpriseOwned

MODAL_FIELDS = 12  # up to here a form opens as a dialog, above it as a page


class Save(Protocol):
    """Writes the row of a valid form: `row` carries the typed values, `data` everything that was typed."""

    def __call__(self, row: Any, *, by: _User, data: Mapping[str, Any]) -> Any: ...


class SaveMany(Protocol):
    """Writes the new rows of a sheet, each with everything that was typed, and returns them."""

    def __call__(self, rows: Sequence[tuple[Any, Mapping[str, Any]]], *, by: _User) -> Sequence[Any]: ...


class Delete(Protocol):
    """Deletes a row."""

    def __call__(self, row: Any, *, by: _User) -> None: ...


@dataclass(frozen=True)
class Column:
    """A column of the list: a field, property or method of the row, by its name.

    `label` is needed where `name` is no field; `tags` shows values as (kind, icon) of a tag; `card` is its place on
    phones (title, state, main, age or meta); `html` replaces the cell on the screen, never in the export.
    """

    name: str
    label: str = ""
    tags: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    card: str = ""
    is_number: bool = False
    sort: tuple[str, ...] = ()
    html: Callable[[Any], SafeString] | None = None


@dataclass(frozen=True, kw_only=True)
class CrudPage:
    """One list page. `save`, `save_many`, `delete` name services; without them the row is written and audited as it is.

    `refusals` are the services' exceptions whose message is shown; `rows` narrows what `visible_to` gives;
    `search` are the fields of one search box; `hint` says what to do while the list is empty; `notes` go into the
    template; `effect` says what deleting does; `sections` are the headings of the form with their fields.
    """

    slug: str
    model: type[EnterpriseOwned]
    form: type[ModelForm[Any]]
    columns: tuple[str | Column, ...]
    edit_roles: tuple[str, ...]
    view_roles: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("-pk",)
    title: str = ""
    path: str = ""
    hint: str = ""
    effect: str = "删除后不能恢复。"
    notes: tuple[str, ...] = ()
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rows: Callable[[_User], QuerySet[Any]] | None = None
    save: Save | None = None
    save_many: SaveMany | None = None
    delete: Delete | None = None
    refusals: tuple[type[Exception], ...] = ()

    def own_id(self, user: _User) -> int:
        """Return the id of the enterprise in which the user writes.

        :raises Http404: if the user belongs to none
        """
        enterprise_id: int | None = getattr(user, "enterprise_id", None)
        if enterprise_id is None:
            raise Http404
        return enterprise_id

    @property
    def name(self) -> str:
        """The page's title: its own, or the model's name."""
        return self.title or self.noun

    @property
    def noun(self) -> str:
        """What one row is called."""
        return str(self.model._meta.verbose_name)

    @property
    def verb_prefix(self) -> str:
        """How audit entries of this page begin."""
        return self.model._meta.label_lower

    def visible_to(self, user: _User) -> QuerySet[Any]:
        """Return the rows of this page that the user may see."""
        return self.rows(user) if self.rows else self.model.visible_to(user)

    def columns_for(self, user: _User) -> list[Column]:
        """Return the columns; who sees several enterprises gets the enterprise first."""
        given = [column if isinstance(column, Column) else Column(column) for column in self.columns]
        own = getattr(user, "enterprise_id", None) is not None
        return given if own else [Column("enterprise", card="meta"), *given]

    def url(self, kind: str, *arguments: Any) -> str:
        """Return the address of one of the page's views; empty if the page does not have it."""
        try:
            return reverse(f"{self.slug}-{kind}", args=arguments)
        except NoReverseMatch:
            return ""

    def may_edit(self, user: _User) -> bool:
        """Tell whether the user may change rows: by role, and in an enterprise of their own."""
        return getattr(user, "enterprise_id", None) is not None and bool(user.has_role(*self.edit_roles))

    @property
    def opens_as_dialog(self) -> bool:
        """Tell whether the form is short enough for a dialog."""
        fields = self.form.base_fields.values()
        return len(fields) <= MODAL_FIELDS and not any(field.widget.needs_multipart_form for field in fields)


def field_of(page: CrudPage, name: str) -> Field[Any, Any] | None:
    """Return the model's field of that name; None for a property or method."""
    fields = {field.name: field for field in page.model._meta.concrete_fields}
    return fields.get(name)


def label_of(page: CrudPage, column: Column) -> str:
    """Return the heading of a column."""
    known = field_of(page, column.name)
    return column.label or str(known.verbose_name if known else column.name)


def cell_of(row: Any, column: Column) -> SafeString | str:
    """Return a cell for the screen: the column's own HTML, a tag, or the text."""
    if column.html is not None:
        return column.html(row)
    text = text_of(value_of(row, column.name))
    tag = column.tags.get(str(getattr(row, column.name, "")))
    if tag is None:
        return text or "–"
    return format_html('<span class="ya-tag is-{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>', *tag, text)


def links_of(page: CrudPage, columns: list[Column]) -> list[str]:
    """Return the links that the columns follow, to be joined."""
    found = {column.name.rpartition("__")[0] for column in columns}
    found |= {column.name for column in columns if isinstance(field_of(page, column.name), ForeignKey)}
    return sorted(found - {""})
