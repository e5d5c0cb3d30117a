"""Sign-in, one's own account, and 用户组织管理."""

from django.urls import include, path

urlpatterns = [
    path("", include("yingan.accounts.organisation.urls")),
]
