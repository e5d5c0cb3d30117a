"""Uploaded documents: type by content, hostile files, names (spec/security.md F08, F09, S37)."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from identity.appeals import documents


def picture(form="JPEG", **options):
    body = BytesIO()
    Image.new("RGB", (80, 50), "red").save(body, form, **options)
    return body.getvalue()


def pdf(pages=1, change=None):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if change:
        change(writer)
    body = BytesIO()
    writer.write(body)
    return body.getvalue()


def add_script(writer):
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")})
    writer.root_object[NameObject("/OpenAction")] = script


def check(body, name="x.bin"):
    return documents.check(SimpleUploadedFile(name, body))


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        (picture("JPEG"), "image/jpeg", "licence.jpg"),
        (picture("PNG"), "image/png", "licence.png"),
        (pdf(), "application/pdf", "licence.pdf"),
    ],
)
def test_the_content_tells_the_type_whatever_the_name(body, kind, name):
    found = check(body, "licence.exe")
    assert (found.content_type, found.name) == (kind, name)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"plain text", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"<!doctype html><script>",
        b"GIF89a" + b"0" * 50, b"\x89PNG\r\n\x1a\n broken", b"%PDF-1.7 broken", picture("BMP"), picture("GIF"),
        pdf(change=add_script), pdf(change=add_script).replace(b"/Java", b"/J#61va").replace(b"/JS", b"/J#53"),
        pdf(change=lambda w: w.add_attachment("a.exe", b"MZ")),
        pdf(change=lambda w: w.encrypt("secret")),
        pdf(pages=21),
        b"0" * (documents.LARGEST_BYTES + 1),
    ],
)  # fmt: skip
def test_everything_else_is_refused(body):
    with pytest.raises(ValidationError):
        check(body, "licence.pdf")


def test_a_flood_of_pixels_is_refused():
    body = BytesIO()
    Image.new("1", (8000, 8000)).save(body, "PNG")
    with pytest.raises(ValidationError, match="尺寸过大"):
        check(body.getvalue())


def test_what_hides_behind_a_picture_is_dropped():
    polyglot = picture("JPEG", comment=b"<script>alert(1)</script>") + b"<html><script>alert(2)</script>"
    assert b"script" in polyglot
    assert b"script" not in check(polyglot).body


def test_positions_in_a_photograph_are_dropped():
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 35.0, 0.0)}
    found = check(picture("JPEG", exif=exif.tobytes()))
    assert not Image.open(BytesIO(found.body)).getexif()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\a\\执照.pdf", "执照"), ("a\r\nX-Header: 1.pdf", "aX-Header 1"),
        ("\u202egnp.exe", "gnp"), ("", "document"), ("长" * 300 + ".pdf", "长" * 100),
    ],
)  # fmt: skip
def test_names_lose_paths_and_tricks(given, kept):
    assert documents._plain_name(given) == kept


def test_a_kept_document_is_sealed_and_comes_back(settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "kept"
    document = check(pdf(pages=2))
    name = documents.keep(document)
    file = tmp_path / "kept" / str(name)
    assert b"%PDF" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert len(PdfReader(BytesIO(documents.read(name))).pages) == 2
