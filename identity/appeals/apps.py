"""Registers the appeals."""

from django.apps import AppConfig


class AppealsConfig(AppConfig):
    """Appeals about accounts, and their review."""

    name = "identity.appeals"
    label = "appeals"
    verbose_name = "帐号申诉"
