"""How alarms read on pages: their state of work, whether they stand, how long they last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html

from yingan.alarms import screens

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.safestring import SafeString

    from yingan.alarms.models import Alarm

register = template.Library()
TAG = '<span class="ya-tag is-{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>'


@register.simple_tag
def work_state(alarm: Alarm) -> SafeString:
    """Show 处理状态."""
    return format_html(TAG, *screens.WORK[alarm.status])


@register.simple_tag
def work_group(alarm: Alarm) -> SafeString:
    """Show 处理状态 in one word, the exact state as its title."""
    kind, icon, words = screens.WORK[alarm.status]
    return format_html(
        '<span class="ya-tag is-{}" title="{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>',
        kind,
        words,
        icon,
        words.partition("：")[0],
    )


@register.simple_tag
def standing(alarm: Alarm) -> SafeString:
    """Show 报警状态: 报警中 or 已恢复."""
    if alarm.is_standing:
        return format_html(TAG, "bad", "bell-ringing", "报警中")
    return format_html(TAG, "ok", "circle-check", "已恢复")


@register.simple_tag
def lasting(alarm: Alarm, now: dt.datetime) -> SafeString:
    """Show how long an alarm lasts; one that stands ticks (alarm.js)."""
    words = screens.duration_words(alarm.duration_s(now))
    if alarm.is_standing:
        return format_html('<span data-lasting="{}">{}</span>', alarm.raised_at.isoformat(), words)
    return format_html("{}", words)
