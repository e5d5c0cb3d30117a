"""Site map of the codes."""

from django.urls import path

from identity.codes import views

urlpatterns = [path("demo/messages/", views.outbox, name="outbox")]
