"""Registers the context."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """The edges and the pipeline of readings."""

    name = "yingan.ingest"
    label = "ingest"
