"""Registers the context."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages, channels, outbox."""

    name = "yingan.notifications"
    label = "notifications"
