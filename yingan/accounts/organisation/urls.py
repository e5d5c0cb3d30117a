"""用户组织管理."""

from django.urls import path

from yingan.accounts.organisation import pages, views
from yingan.kernel.crud import crud_urls

urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    *crud_urls(pages.MEMBERS),
    *crud_urls(pages.DEPARTMENTS, without={"import"}),
    path("organisation/slips/", views.print_slips, name="member-slips"),
    path("organisation/users/<int:pk>/slip/", views.print_slips, name="member-slip"),
    path("organisation/users/<int:pk>/enable/", views.set_active, {"active": True}, name="member-enable"),
    path("organisation/users/<int:pk>/disable/", views.set_active, {"active": False}, name="member-disable"),
]
