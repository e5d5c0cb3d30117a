"""Registers the context."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """From the first sign-in to a working enterprise."""

    name = "yingan.onboarding"
    label = "onboarding"
    verbose_name = "企业注册"
