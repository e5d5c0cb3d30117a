"""Site map of the recovery."""

from django.urls import path

from identity.recovery import views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("password/forgotten/", views.ask, name="reset-ask"),
    path("password/forgotten/code/", views.send_again, name="reset-send-again"),
    path("password/forgotten/proof/", views.prove, name="reset-prove"),
    path("password/forgotten/second-factor/", views.second_factor, name="reset-second-factor"),
    path("password/forgotten/hold/", views.held, name="reset-held"),
    path("password/forgotten/new/", views.new_password, name="reset-password"),
    path("password/forgotten/done/", views.done, name="reset-done"),
    path("password/link/<str:secret>/", views.link, name="reset-link"),
    path("password/cancel/<str:secret>/", views.cancel, name="reset-cancel"),
    path("password/cancel/", views.cancel_own, name="reset-cancel-own"),
]
