"""Registers the context."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Divisions and offices."""

    name = "yingan.regions"
    label = "regions"
