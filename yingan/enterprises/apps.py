"""Registers the context."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """Enterprises and their departments."""

    name = "yingan.enterprises"
    label = "enterprises"
