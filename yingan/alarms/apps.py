"""Registers the context."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Rules, alarms and their handling."""

    name = "yingan.alarms"
    label = "alarms"
