"""How figures, limits and alarm levels read on pages; `live.js` writes the same marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html

from yingan.telemetry import screens

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def figure(value: float | None) -> str:
    """Return a value as people read it, `–` where there is none."""
    return screens.figure(value)


@register.simple_tag
def level(rule: str) -> SafeString | str:
    """Show an alarm's level with its icon and its word; nothing for an empty one."""
    if not rule:
        return ""
    short, icon, word = screens.LEVELS[rule]
    return format_html(
        '<span class="ya-alarm" data-level="{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>', short, icon, word
    )


@register.simple_tag
def state(reading: Any) -> SafeString:
    """Show whether a point is heard (联网状态), with the cause of a silence as its title."""
    kind, icon, word, why = screens.net_state(reading)
    return format_html(
        '<span class="ya-tag is-{}" title="{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>',
        kind, why, icon, word,
    )  # fmt: skip


@register.simple_tag
def health(reading: Any) -> SafeString:
    """Show whether the value can be believed (运行状态)."""
    kind, icon, word = screens.health(reading)
    return format_html(
        '<span class="ya-tag is-{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>', kind, icon, word
    )
