"""Every template compiles, stays small, and holds nothing that a strict content security policy would refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for package in ("yingan", "identity", "simulator")
    for path in (ROOT / package).glob("**/templates/**/*")
    if path.is_file()
)
SHEETS = re.compile(
    r"_print\.html$"
)  # made into PDF by WeasyPrint and never sent to a browser: they carry their styles
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and not SHEETS.search(path.name)]
LIMIT = 120
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>{%]*\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>{%]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "htmx code": re.compile(r"\bhx-on\b|=\s*[\"']js:", re.IGNORECASE),
    "an address of another host": re.compile(r"(?:src|<link[^>]*href)\s*=\s*[\"']https?://", re.IGNORECASE),
}
COMMENTS = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)


def name_of(path: Path) -> str:
    """Return a template's path for the test's name."""
    return str(path.relative_to(ROOT))


def test_there_are_templates_to_look_at() -> None:
    assert len(PAGES) > 20


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_compiles(path: Path) -> None:
    engines["django"].from_string(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_page_is_within_its_budget_and_the_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LIMIT
    markup = COMMENTS.sub("", text)
    assert not re.search(r"{#(?:(?!#}).)*$", text, re.MULTILINE), "Django's {# #} ends with its line: use {% comment %}"
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(markup)]
    assert found == []


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ('<p style="color:red">', "a style attribute"),
        ('<a href="#" onclick="go()">', "an inline handler"),
        ("<style>p{}</style>", "an inline style sheet"),
        ("<script>go()</script>", "an inline script"),
        ('<b hx-on:click="go()">', "htmx code"),
        ('<script src="https://cdn.example/x.js">', "an address of another host"),
    ],
)
def test_the_patterns_find_what_they_are_for(markup: str, what: str) -> None:
    assert FORBIDDEN[what].search(markup)


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="/static/x.js" defer></script>',
        '<script id="rows" type="application/json">[]</script>',
        '<button data-confirm="删除？" aria-label="一"></button>',
        '<option value="1">',
    ],
)
def test_the_patterns_leave_clean_markup_alone(markup: str) -> None:
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(markup)] == []
