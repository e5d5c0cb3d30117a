"""Registers the people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registered people, their sign-in and their claims."""

    name = "identity.people"
    label = "people"
    verbose_name = "帐号"
