"""The standard behaviours of every list page that any context declares in its pages.py."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.architecture.layers import ROOT
from tests.crud.samples import SAMPLES
from yingan.kernel.crud import CrudPage
from yingan.kernel.crud.page import field_of
from yingan.kernel.models import SheetImport
from yingan.kernel.sealed import SealedTextField

if TYPE_CHECKING:
    from django.test import Client

    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = pytest.mark.django_db
SignIn = Callable[[object], "Client"]
MAX_QUERIES = 30


def all_pages() -> dict[str, CrudPage]:
    """Return the list pages that the product's pages.py modules declare, by slug."""
    found: dict[str, CrudPage] = {}
    for file in sorted((ROOT / "yingan").rglob("pages.py")):
        module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        found |= {value.slug: value for value in vars(module).values() if isinstance(value, CrudPage)}
    return found


PAGES = all_pages()
every_page = pytest.mark.parametrize("slug", sorted(PAGES))


def has(slug: str, kind: str, *arguments: int) -> bool:
    return bool(PAGES[slug].url(kind, *arguments))


def workbook(slug: str, values: dict[str, Any]) -> SimpleUploadedFile:
    """Return a sheet of one row under the form's labels."""
    fields = PAGES[slug].form().fields
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [str(fields[name].label) for name in values])
        sheet.write_row(1, 0, list(values.values()))
    return SimpleUploadedFile("一行.xlsx", out.getvalue())


@every_page
def test_every_page_has_a_sample_and_an_address(slug: str) -> None:
    assert slug in SAMPLES, "add a sample to tests/crud/samples.py"
    assert reverse(f"{slug}-list")


@every_page
def test_no_page_shows_a_sealed_column_in_clear(slug: str) -> None:
    columns = [column if isinstance(column, str) else column.name for column in PAGES[slug].columns]
    assert [name for name in columns if isinstance(field_of(PAGES[slug], name), SealedTextField)] == []


@every_page
def test_the_list_shows_own_rows_within_a_fixed_number_of_queries(
    slug: str,
    admin: User,
    neighbour: User,
    plant: Enterprise,
    signed_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    mine = [SAMPLES[slug].make(plant) for _ in range(3)]
    foreign = SAMPLES[slug].make(neighbour.enterprise)
    client = signed_in(admin)
    with django_assert_max_num_queries(MAX_QUERIES):
        page = client.get(reverse(f"{slug}-list")).content.decode()
    assert all(reverse(f"{slug}-detail", args=[row.pk]) in page for row in mine)
    assert reverse(f"{slug}-detail", args=[foreign.pk]) not in page


@every_page
@pytest.mark.parametrize("kind", ["detail", "edit", "delete"])
def test_rows_of_others_do_not_exist(
    slug: str, kind: str, admin: User, plant: Enterprise, neighbour: User, signed_in: SignIn
) -> None:
    mine, foreign = SAMPLES[slug].make(plant), SAMPLES[slug].make(neighbour.enterprise)
    if not has(slug, kind, mine.pk):
        return
    client = signed_in(admin)
    own, other = PAGES[slug].url(kind, mine.pk), PAGES[slug].url(kind, foreign.pk)
    if client.get(own).status_code == 405:  # a page of its own that is only posted to
        assert client.post(other).status_code == 404
        return
    assert client.get(own).status_code == 200
    assert client.get(other).status_code == 404
    assert kind == "detail" or client.post(other).status_code == 404


@every_page
def test_a_good_row_is_added_and_a_bad_one_is_not(slug: str, admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    sample, page, client = SAMPLES[slug], PAGES[slug], signed_in(admin)
    if not has(slug, "add"):
        return
    good = dict(sample.good(plant))
    before = page.model.unscoped.count()
    refused = client.post(page.url("add"), good | dict(sample.bad))
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() >= {sample.wrong}
    assert page.model.unscoped.count() == before
    assert client.post(page.url("add"), good).status_code == 302
    assert page.model.unscoped.count() == before + 1


@every_page
def test_a_sheet_is_imported_and_taken_back(slug: str, admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    sample, page, client = SAMPLES[slug], PAGES[slug], signed_in(admin)
    if not has(slug, "import"):
        return
    row = dict(sample.sheet(plant))
    before = page.model.unscoped.count()
    client.post(page.url("import"), {"file": workbook(slug, row | {sample.wrong: "＃不可能的值＃" * 40})})
    assert SheetImport.unscoped.get().status == "checked"
    assert page.model.unscoped.count() == before
    client.post(page.url("import"), {"file": workbook(slug, row)})
    record = SheetImport.unscoped.get()
    assert (record.status, record.saved_count) == ("saved", 1)
    assert page.visible_to(admin).filter(pk__in=record.row_ids).count() == 1
    client.post(page.url("import-undo", record.pk))
    assert page.visible_to(admin).filter(pk__in=record.row_ids).count() == 0


@every_page
def test_the_template_names_what_must_be_filled_in(slug: str, admin: User, signed_in: SignIn) -> None:
    page = PAGES[slug]
    if not has(slug, "template"):
        return
    answer = signed_in(admin).get(page.url("template"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    headings = book.get_sheet_by_index(0).to_python()[1]
    assert any(str(heading).startswith("* ") for heading in headings)


@every_page
def test_the_export_has_the_lists_columns(slug: str, admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    page = PAGES[slug]
    if not has(slug, "export"):
        return
    SAMPLES[slug].make(plant)
    columns = page.columns_for(admin)
    answer = signed_in(admin).post(page.url("export"), {"column": [column.name for column in columns]})
    told = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert (len(told) - 1, len(told[0])) == (page.visible_to(admin).count(), len(columns))


@every_page
def test_who_may_not_edit_gets_no_button_and_no_form(
    slug: str, auditor: User, reviewer: User, plant: Enterprise, signed_in: SignIn
) -> None:
    page = PAGES[slug]
    row = SAMPLES[slug].make(plant)
    for user in (auditor, reviewer):
        client = signed_in(user)
        for address in (page.url("add"), page.url("edit", row.pk), page.url("delete", row.pk), page.url("template")):
            assert not address or client.get(address).status_code == 404
