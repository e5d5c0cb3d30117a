"""The page of the demo."""

from django.urls import path

from yingan.demo import views

urlpatterns = [
    path("demo/", views.page, name="demo"),
    path("demo/start/", views.start, name="demo-start"),
    path("demo/stop/", views.stop, name="demo-stop"),
]
