"""What the frame of every page shows."""

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the platform's address, whether this is the demo, and whether the guide is there as a PDF."""
    return {"platform_url": settings.PUBLIC_URL, "is_demo": settings.DEMO}
