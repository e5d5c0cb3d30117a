"""Addresses of the kernel: stored files."""

from django.urls import path

from yingan.kernel import files

urlpatterns = [path("files/<uuid:uuid>/", files.download, name="attachment")]
