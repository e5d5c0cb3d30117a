"""Site map of the guide."""

from django.urls import path

from identity.guide import views

urlpatterns = [
    path("", views.start, name="start"),
    path("questions/", views.questions, name="questions"),
    path("guide/", views.guide, name="guide"),
    path("guide/registration.pdf", views.guide_pdf, name="guide-pdf"),
    path("agreement/", views.agreement, name="agreement"),
    path("healthz", views.healthz, name="healthz"),
]
