"""Registers the recovery."""

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """Forgotten passwords."""

    name = "identity.recovery"
    label = "recovery"
    verbose_name = "找回密码"
