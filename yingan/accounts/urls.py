"""Sign-in, one's own account, and 用户组织管理."""

from django.urls import include, path

from yingan.accounts.views import account, activation, entry, factor

urlpatterns = [
    path("login/", entry.login, name="login"),
    path("login/legal/", entry.legal, name="login-legal"),
    path("login/forgotten/", entry.forgotten, name="forgotten"),
    path("logout/", entry.logout, name="logout"),
    path("second-factor/", factor.second_factor, name="second-factor"),
    path("activate/", activation.activate, name="activate"),
    path("activate/<str:token>/", activation.activate_slip, name="activate-slip"),
    path("account/", account.account, name="account"),
    path("account/profile/", account.profile, name="profile"),
    path("account/password/", account.password, name="password"),
    path("account/second-factor/", factor.bind, name="second-factor-bind"),
    path("account/second-factor/off/", factor.switch_off, name="second-factor-off"),
    path("account/sessions/", account.session_list, name="session-list"),
    path("account/sessions/end-others/", account.end_others, name="session-end-others"),
    path("account/sessions/<int:pk>/end/", account.end_session, name="session-end"),
    path("", include("yingan.accounts.organisation.urls")),
]
