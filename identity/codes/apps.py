"""Registers the codes."""

from django.apps import AppConfig


class CodesConfig(AppConfig):
    """SMS codes and notices."""

    name = "identity.codes"
    label = "codes"
    verbose_name = "短信验证码"
