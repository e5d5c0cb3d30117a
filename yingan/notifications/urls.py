"""The message pages, and the demo's outbox."""

from django.urls import path

from yingan.notifications import views

urlpatterns = [
    path("messages/", views.list_messages, name="message-list"),
    path("messages/bell/", views.bell, name="message-bell"),
    path("messages/read/", views.read_all, name="message-read-all"),
    path("messages/<int:pk>/open/", views.open_message, name="message-open"),
    path("demo/outbox/", views.show_outbox, name="demo-outbox"),
]
