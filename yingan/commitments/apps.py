"""Registers the context."""

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    """Daily commitments and their review."""

    name = "yingan.commitments"
    label = "commitments"
    verbose_name = "安全承诺"
