"""Site map of 统一身份认证平台. Of allauth only what we use: its registration and mail pages are not there."""

from allauth.account import views as account
from allauth.idp.oidc import views as oidc
from django.urls import include, path

from identity.people import provider as doors

provider = [
    path(".well-known/openid-configuration", oidc.configuration, name="configuration"),
    path(".well-known/jwks.json", oidc.jwks, name="jwks"),
    path("identity/o/authorize", doors.authorize, name="authorization"),
    path("identity/o/logout", oidc.logout, name="logout"),
    path("identity/o/api/token", doors.token, name="token"),
    path("identity/o/api/revoke", oidc.revoke, name="revoke"),
    path("identity/o/api/userinfo", oidc.user_info, name="userinfo"),
    path("identity/o/api/device", doors.not_offered, name="device_code"),
]

urlpatterns = [
    path("", include("identity.guide.urls")),
    path("", include("identity.people.urls")),
    path("", include("identity.recovery.urls")),
    path("", include("identity.appeals.urls")),
    path("", include("identity.codes.urls")),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("", include(([path("", include((provider, "oidc")))], "idp"))),
]

handler429 = "identity.guide.views.too_many"
