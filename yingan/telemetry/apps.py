"""Registers the context."""

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    """Gateways, measuring points and readings."""

    name = "yingan.telemetry"
    label = "telemetry"
