"""Registers the demo."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo data and the scenario page."""

    name = "yingan.demo"
    label = "demo"
