"""Registers the kernel."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What every context stands on: owned rows, list pages, workflows, audit, files, sheets."""

    name = "yingan.kernel"
    label = "kernel"
