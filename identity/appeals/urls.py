"""Site map of the appeals: applicants, then reviewers."""

from django.urls import path

from identity.appeals import review, views

urlpatterns = [
    path("appeals/", views.submit, name="appeal"),
    path("appeals/receipt/", views.receipt, name="appeal-receipt"),
    path("appeals/status/", views.status, name="appeal-status"),
    path("review/", review.queue, name="review-queue"),
    path("review/<str:number>/", review.detail, name="review-detail"),
    *[
        path(f"review/<str:number>/{step}/", review.decide, {"step": step}, name=f"review-{step}")
        for step in review.STEPS
    ],
    path("review/evidence/<uuid:pk>/", review.evidence, name="review-evidence"),
]
