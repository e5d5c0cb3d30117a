"""What every list shares: a query form that offers visible rows only, pages that do not count a million rows, cells.

`kernel.crud` makes its lists of these; a list that is written by hand uses the same two.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

import django_filters as filters
from django.core.paginator import Page, Paginator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django_filters.filterset import FILTER_FOR_DBFIELD_DEFAULTS
from django_filters.widgets import DateRangeWidget

if TYPE_CHECKING:
    from yingan.kernel.http import SignedInRequest

PAGE_SIZES = (10, 20, 50, 100)
DEFAULT_SIZE = 20
COUNT_LIMIT = 10_000


def choices_for(model: type[models.Model], request: SignedInRequest) -> models.QuerySet[Any]:
    """Return the rows that a control may offer: of an owned model, those that the user may see."""
    visible = getattr(model, "visible_to", None)
    return visible(request.user) if visible else model._default_manager.all()


def _contains(field: Any) -> dict[str, Any]:
    return {"lookup_expr": "icontains", "label": field.verbose_name}


def _between(field: Any) -> dict[str, Any]:
    widget = DateRangeWidget(attrs={"type": "date"})
    for part, word in zip(widget.widgets, ("起", "止"), strict=True):
        part.attrs["aria-label"] = f"{field.verbose_name}{word}"
    return {"label": field.verbose_name, "widget": widget}


def _yes_or_no(field: Any) -> dict[str, Any]:
    return {"label": field.verbose_name, "choices": (("1", "是"), ("0", "否")), "empty_label": "全部"}


def _linked(field: Any) -> dict[str, Any]:
    return {
        "queryset": partial(choices_for, field.remote_field.model),
        "label": field.verbose_name,
        "empty_label": "全部",
    }


class PageFilterSet(filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """The query form: text contains, date from/to, choice and link select; only visible rows are offered."""

    FILTER_DEFAULTS = FILTER_FOR_DBFIELD_DEFAULTS | {
        models.CharField: {"filter_class": filters.CharFilter, "extra": _contains},
        models.TextField: {"filter_class": filters.CharFilter, "extra": _contains},
        models.DateField: {"filter_class": filters.DateFromToRangeFilter, "extra": _between},
        models.DateTimeField: {"filter_class": filters.DateFromToRangeFilter, "extra": _between},
        models.BooleanField: {"filter_class": filters.ChoiceFilter, "extra": _yes_or_no},
        models.ForeignKey: {"filter_class": filters.ModelChoiceFilter, "extra": _linked},
    }

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> Any:
        """Return filter and options of a field; a choice gets 全部 and its label, as the others do."""
        kind, options = super().filter_for_lookup(field, lookup_type)
        if kind is filters.ChoiceFilter and "label" not in options:
            options = options | {"empty_label": "全部", "label": field.verbose_name}
        return kind, options

    @property
    def rows(self) -> models.QuerySet[Any]:
        """Return the matching rows; an invalid control matches nothing."""
        rows: models.QuerySet[Any] = self.qs if self.is_valid() else self.queryset.none()
        return rows

    @property
    def controls(self) -> list[Any]:
        """The fields of the form, each a pair of dates or one control; the declared ones, as the search box, first."""
        declared = [name for name in self.declared_filters if name in self.form.fields]
        return [self.form[name] for name in dict.fromkeys([*declared, *self.form.fields])]

    @property
    def is_asked(self) -> bool:
        """Tell whether any condition was typed."""
        names = {name for control in self.form for name in self._names_of(control)}
        return any(self.data.get(name) for name in names)

    @staticmethod
    def _names_of(control: Any) -> list[str]:
        parts = getattr(control.field.widget, "widgets_names", None)
        return [control.html_name + part for part in parts] if parts else [control.html_name]

    @property
    def conditions(self) -> str:
        """The typed conditions as a sentence, for a list that found nothing."""
        said = []
        for control in self.form:
            texts = [str(self.data[name]) for name in self._names_of(control) if self.data.get(name)]
            choices = {str(key): str(label) for key, label in getattr(control.field, "choices", ())}
            if texts:
                said.append(f"{control.label}“{'～'.join(choices.get(text, text) for text in texts)}”")
        return f"当前条件：{'，'.join(said)}。"


class CountedPages(Paginator[Any]):
    """Pages of 10, 20, 50 or 100 rows; rows above 10,000 are not counted, and not paged through."""

    sizes = PAGE_SIZES

    @cached_property
    def counted(self) -> int:
        """The number of rows, one above the limit at most."""
        rows: Any = self.object_list
        queryset = getattr(getattr(rows, "data", None), "data", rows)  # a table wraps its queryset twice
        return int(queryset.order_by()[: COUNT_LIMIT + 1].count())

    @cached_property
    def count(self) -> int:
        """The number of rows that can be paged through."""
        return min(self.counted, COUNT_LIMIT)

    @property
    def count_words(self) -> str:
        """The number as people read it: 126, or 10000+."""
        return f"{COUNT_LIMIT}+" if self.counted > COUNT_LIMIT else str(self.counted)


def page_of(request: Any, rows: Any, pages: type[CountedPages] = CountedPages) -> Page[Any]:
    """Return the page of `rows` that the address asks for: `page` and `per_page`, kept within limits."""
    wanted = request.GET.get("per_page", "")
    size = int(wanted) if wanted in map(str, PAGE_SIZES) else DEFAULT_SIZE
    return pages(rows, size).get_page(request.GET.get("page"))


def value_of(row: Any, name: str) -> Any:
    """Return a cell's value as people read it: text, number or date; an empty cell is ''. `a__b` follows a link."""
    *links, last = name.split("__")
    for link in links:
        row = getattr(row, link, None)
    display = getattr(row, f"get_{last}_display", None)
    value = display() if display else getattr(row, last, None)
    if not display and callable(value):
        value = value()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, (list, tuple, set)):
        return "、".join(str(part) for part in value)
    if value is None or isinstance(value, (int, float, dt.date)):
        return "" if value is None else value
    return str(value)


def text_of(value: Any) -> str:
    """Return a cell's value as text."""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else str(value)
