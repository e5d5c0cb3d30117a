"""Tags for the pieces that every page shares: the age of a figure, a state with its icon and word, a form control."""

from datetime import datetime

from django import template
from django.conf import settings
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yingan.kernel import clock

register = template.Library()


def words_for(seconds: float) -> str:
    """Return an age in words, as app.js writes it: 3 秒前, 7 分钟前, 2 小时前, 5 天前."""
    if seconds < 1:
        return "刚刚"
    for unit, size, limit in (("秒", 1, 60), ("分钟", 60, 60), ("小时", 3600, 48)):
        if seconds < size * limit:
            return f"{int(seconds // size)} {unit}前"
    return f"{int(seconds // 86400)} 天前"


@register.simple_tag
def age(moment: datetime | None, prefix: str = "") -> SafeString:
    """Show how old a figure is; app.js keeps it ticking and greys it out when it is stale or lost."""
    if moment is None:
        return format_html('<span class="ya-age" data-age="lost">{}</span>', "从未上报")
    seconds = (clock.now() - moment).total_seconds()
    state = "fresh"
    if seconds > settings.LOST_AFTER_SECONDS:
        state = "lost"
    elif seconds > settings.STALE_AFTER_SECONDS:
        state = "stale"
    local = timezone.localtime(moment)
    return format_html(
        '<span class="ya-age" data-age="{}" data-since="{}" data-at="{}" title="{}" data-prefix="{}">{}{}</span>',
        state,
        local.isoformat(timespec="seconds"),
        f"{local:%m-%d %H:%M:%S}",
        f"{local:%Y-%m-%d %H:%M:%S}",
        prefix,
        prefix,
        words_for(seconds),
    )


@register.simple_tag
def tag(kind: str, icon: str, word: str) -> SafeString:
    """Show a state with its icon and its word; kind is ok, run, warn, bad or off."""
    return format_html(
        '<span class="ya-tag is-{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>', kind, icon, word
    )


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a form field's control with the class that its kind needs."""
    widget = field.field.widget
    if isinstance(widget, (CheckboxSelectMultiple, RadioSelect)):
        return field.as_widget()
    if isinstance(widget, (CheckboxInput, FileInput)):
        kind = "form-check-input" if isinstance(widget, CheckboxInput) else "form-control"
    else:
        kind = "form-select" if isinstance(widget, Select) else "form-control"
    given = widget.attrs.get("class", "")
    markup = field.as_widget(attrs={"class": f"{kind} {given}".strip()})
    # The choice of nothing is Django's row of dashes in every kind of select; people read what to do.
    return SafeString(markup.replace(f">{BLANK_CHOICE_DASH[0][1]}<", ">请选择<"))


@register.filter
def problems(field: BoundField) -> list[str]:
    """Return what is wrong with a field as sentences; of a missing value, what to do (请输入…, 请选择…)."""
    chosen = isinstance(field.field.widget, (Select, CheckboxInput, CheckboxSelectMultiple, RadioSelect, FileInput))
    missing = f"请{'选择' if chosen else '输入'}{field.label}"
    failures = field.form.errors.as_data().get(field.name, [])
    return [missing if failure.code == "required" else "；".join(failure.messages) for failure in failures]


@register.filter
def is_choice_list(field: BoundField) -> bool:
    """Return True if the field is several radio buttons or boxes: its label is a group's name, not one control's."""
    return isinstance(field.field.widget, (CheckboxSelectMultiple, RadioSelect))
