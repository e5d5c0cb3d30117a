"""Registers the guide."""

from django.apps import AppConfig


class GuideConfig(AppConfig):
    """First page, questions and answers, and the registration guide."""

    name = "identity.guide"
    label = "guide"
    verbose_name = "注册指南"
