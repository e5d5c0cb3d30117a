"""Site map of registration and of one's own account."""

from django.urls import path

from identity.people import views

urlpatterns = [
    path("register/", views.choose_kind, name="register"),
    path("register/legal/", views.register, {"kind": "legal"}, name="register-legal"),
    path("register/natural/", views.register, {"kind": "natural"}, name="register-natural"),
    path("register/done/", views.register_done, name="register-done"),
    path("account/phone/", views.change_phone, name="change-phone"),
]
