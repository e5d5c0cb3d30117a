"""The query form and the table of a list page, made by django-filter and django-tables2."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import django_filters as filters
import django_tables2 as tables
from django.db import models
from django.utils.html import format_html
from django_filters.filterset import filterset_factory

from yingan.kernel.crud.page import CrudPage, cell_of, field_of, label_of, links_of
from yingan.kernel.lists import PageFilterSet, page_of, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yingan.kernel.crud.page import Column
    from yingan.kernel.http import SignedInRequest


def _search(names: tuple[str, ...], rows: models.QuerySet[Any], _name: str, text: str) -> models.QuerySet[Any]:
    return rows.filter(reduce(or_, (models.Q(**{f"{name}__icontains": text}) for name in names)))


def query_for(page: CrudPage, request: SignedInRequest) -> PageFilterSet:
    """Return the bound query form of a request; who sees several enterprises can ask for one by name."""
    columns = page.columns_for(request.user)
    extra: dict[str, Any] = {}
    if page.search:
        labels = "/".join(str(field.verbose_name) for name in page.search if (field := field_of(page, name)))
        extra["q"] = filters.CharFilter(label=labels, method=lambda *given: _search(page.search, *given))
    if columns[0].name == "enterprise":
        extra["enterprise"] = filters.CharFilter(
            field_name="enterprise__name", lookup_expr="icontains", label="企业名称"
        )
    kind = filterset_factory(page.model, filterset=type("Query", (PageFilterSet,), extra), fields=list(page.filters))
    rows = page.visible_to(request.user).select_related(*links_of(page, columns)).order_by(*page.ordering)
    return kind(request.GET, rows, request=request)  # type: ignore[no-any-return]  # made by the factory


class CellColumn(tables.Column):  # type: ignore[misc]  # django-tables2 has no types
    """A column whose cells read as `page.cell_of` says; on phones the one with `more` stands for those too."""

    def __init__(self, column: Column, label: str, sorting: tuple[str, ...], more: Sequence[Column] = ()) -> None:
        places = (f"p-{column.card}" if column.card else "ya-not-phone", "ya-num" * column.is_number)
        attrs: dict[str, Any] = {"class": " ".join(filter(None, (*places, "l" * (column.card == "title"))))}
        if more:
            attrs["data-facts"] = lambda record: " · ".join(
                text for told in (column, *more) if (text := text_of(value_of(record, told.name)))
            )
        super().__init__(
            verbose_name=label,
            accessor=tables.A("pk"),
            orderable=bool(sorting),
            order_by=sorting or None,
            attrs={"td": attrs},
        )
        self.column, self.stands_for_more = column, bool(more)

    def render(self, record: Any) -> Any:
        """Return the cell."""
        cell = cell_of(record, self.column)
        return format_html("<span>{}</span>", cell) if self.stands_for_more else cell


def table_for(page: CrudPage, request: SignedInRequest, rows: models.QuerySet[Any]) -> tables.Table:
    """Return the page of the table that the request asks for; sort and size come from the address, within limits."""
    columns = with_cards(page.columns_for(request.user))
    rest = [column for column in columns if not column.card]
    made = [
        (
            column.name,
            CellColumn(column, label_of(page, column), _sorting(page, column), rest if column.card == "meta" else ()),
        )
        for column in columns
    ]
    table = tables.Table(rows, extra_columns=made, order_by=request.GET.getlist("sort") or None)
    table.page = page_of(request, table.rows)
    table.paginator = table.page.paginator
    return table


def with_cards(columns: list[Column]) -> list[Column]:
    """Return the columns with a title and a line of further facts for phones, where the page did not choose them."""
    for card in ("title", "meta"):
        free = [number for number, column in enumerate(columns) if not column.card]
        if free and card not in {column.card for column in columns}:
            columns[free[0]] = replace(columns[free[0]], card=card)
    return columns


def _sorting(page: CrudPage, column: Column) -> tuple[str, ...]:
    """Return what a click on the heading sorts by; the key makes equal rows keep their place from page to page."""
    names = column.sort or ((column.name,) if field_of(page, column.name) else ())
    return (*names, "pk") if names else ()
