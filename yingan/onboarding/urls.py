"""The first sign-in, the homes, 企业注册信息, 企业基本信息 and the confirmations."""

from django.urls import path

from yingan.onboarding.views import confirmations, enterprise

urlpatterns = [
    path("login/callback/", enterprise.callback, name="login-callback"),
    path("home/", enterprise.home, name="home"),
    path("enterprise/", enterprise.enterprise_home, name="enterprise-home"),
    path("enterprise/checked/<slug:what>/", enterprise.mark_checked, name="enterprise-checked"),
    path("enterprise/registration/", enterprise.registration, name="registration"),
    path("enterprise/registration/edit/", enterprise.edit_registration, name="registration-edit"),
    path("enterprise/registration/places/", enterprise.places, name="registration-places"),
    path("enterprise/registration/changes/<int:pk>/withdraw/", enterprise.withdraw, name="supervision-withdraw"),
    path("authority/confirmations/", confirmations.list_confirmations, name="confirmation-list"),
    path("authority/confirmations/<int:pk>/", confirmations.show_confirmation, name="confirmation"),
    *[
        path(
            f"authority/confirmations/<int:pk>/{action}/",
            confirmations.decide,
            {"action": action},
            name=f"confirmation-{action}",
        )
        for action in ("confirm", "return")
    ],
]
