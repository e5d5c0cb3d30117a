"""Addresses for tests of what happens when a request fails."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from yingan.config import urls
from yingan.enterprises.models import Department


def fail(request: HttpRequest) -> HttpResponse:
    """Write something and fail."""
    assert request.user.is_authenticated
    Department.unscoped.create(enterprise_id=request.user.enterprise_id, name="不该留下")  # type: ignore[union-attr]
    raise RuntimeError


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse."""
    raise Http404


urlpatterns = [*urls.urlpatterns, path("fail/", fail, name="fail"), path("refuse/", refuse, name="refuse")]
handler404 = "yingan.config.errors.not_found"
handler500 = "yingan.config.errors.server_error"
