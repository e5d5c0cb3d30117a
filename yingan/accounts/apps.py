"""Registers the context."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, roles and sign-in."""

    name = "yingan.accounts"
    label = "accounts"
