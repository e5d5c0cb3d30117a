"""The portal, the help page and its editing."""

from django.urls import path

from yingan.help import views

urlpatterns = [
    path("", views.portal, name="portal"),
    path("help/", views.help_page, name="help"),
    path("help/<slug:slug>/", views.list_rows, name="help-rows"),
    path("help/<slug:slug>/new/", views.edit_row, name="help-add"),
    path("help/<slug:slug>/<int:pk>/", views.edit_row, name="help-edit"),
    path("help/<slug:slug>/<int:pk>/delete/", views.delete_row, name="help-delete"),
]
