"""注册指南 as a PDF, made once at set-up where the machine has what WeasyPrint needs; else the page is printed."""

import logging
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from identity.guide.context import frame

log = logging.getLogger(__name__)


def build(target: Path) -> bool:
    """Write the guide to `target` and return True, or return False if libraries or a Chinese font are missing."""
    if not _has_chinese_font():
        return False
    try:
        from weasyprint import HTML  # needs Pango, which a bare machine may lack
    except OSError:
        return False
    page = render_to_string("guide/guide_print.html", frame(None))  # type: ignore[arg-type]  # it ignores the request
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    HTML(string=page, base_url=str(settings.BASE_DIR), url_fetcher=_fetch_nothing).write_pdf(draft)
    draft.replace(target)
    return True


def _has_chinese_font() -> bool:
    """Tell whether fontconfig knows a font with Chinese; without one the PDF would be boxes."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    found = subprocess.run([program, ":lang=zh", "family"], capture_output=True, check=False, timeout=30)  # noqa: S603
    return bool(found.stdout.strip())


def _fetch_nothing(url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Refuse every address: the guide brings everything along."""
    raise ValueError(f"the guide may not load {url}")
