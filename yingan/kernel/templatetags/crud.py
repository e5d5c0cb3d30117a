"""Tags for list pages and form tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms, template

from yingan.kernel.forms import spanning

if TYPE_CHECKING:
    from django.http import QueryDict

    from yingan.kernel.crud import CrudPage

register = template.Library()

DJANGO_ROWS = "10"  # what a Textarea has when nobody thought about it
LONG = (forms.Textarea, forms.CheckboxSelectMultiple, forms.FileInput)


@register.simple_tag
def crud_url(page: CrudPage, kind: str, *arguments: Any) -> str:
    """Return the address of one of a page's views; empty if the page does not have it."""
    return page.url(kind, *arguments)


@register.inclusion_tag("kernel/_form_table.html")
def form_table(form: forms.BaseForm, sections: Any = ()) -> dict[str, Any]:
    """Show a form as bordered tables of two columns; `sections` are (heading, field names), the rest comes last."""
    named = {name for _, names in sections for name in names}
    rest = tuple(name for name in form.fields if name not in named)
    tables = [*sections, ("", rest)] if rest else list(sections)
    return {"form": form, "tables": [(title, _placed(form, names)) for title, names in tables]}


def _placed(form: forms.BaseForm, names: Any) -> list[tuple[forms.BoundField, bool]]:
    """Return the fields of a table and whether each spans it: long ones, and one left alone on the last line."""
    shown = [form[name] for name in names if not form.fields[name].widget.is_hidden]
    for field in shown:
        if field.field.widget.attrs.get("rows") == DJANGO_ROWS:
            field.field.widget.attrs["rows"] = "3"
    spans = spanning([isinstance(field.field.widget, LONG) for field in shown])
    return list(zip(shown, spans, strict=True))


@register.simple_tag
def query_items(query: QueryDict, *without: str) -> list[tuple[str, str]]:
    """Return the pairs of an address's query but those named, for hidden inputs."""
    return [(name, value) for name, values in query.lists() if name not in without for value in values]
