"""Registers the context."""

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """Portal and help."""

    name = "yingan.help"
    label = "help"
