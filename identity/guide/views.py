"""Pages that everybody may read."""

from django.conf import settings
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Show the first page: who registers here, and how."""
    return render(request, "guide/start.html")


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """Show questions and answers about registration."""
    return render(request, "guide/questions.html")


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """Show 注册指南 as a page that prints well."""
    return render(request, "guide/guide.html", {"has_pdf": settings.GUIDE_PDF.is_file()})


@require_GET
def guide_pdf(request: HttpRequest) -> HttpResponseBase:
    """Hand out 注册指南 as a PDF; where there is none, show the page to print."""
    if not settings.GUIDE_PDF.is_file():
        return redirect("guide")
    return FileResponse(settings.GUIDE_PDF.open("rb"), as_attachment=True, filename="注册指南.pdf")


@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """Show 注册协议."""
    return render(request, "guide/agreement.html")


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer ok if the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer requests over a limit of allauth."""
    return render(request, "429.html", status=429)
