"""Attachments: what is taken, how it is stored, and to whom and how it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from yingan.kernel import files
from yingan.kernel.models import Attachment, AuditEntry

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

SignIn = Callable[[object], "Client"]
OFFICE = "application/vnd.openxmlformats-officedocument"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#1d4f91").save(out, kind, **options)
    return out.getvalue()


def pdf(change: Callable[[PdfWriter], object] | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if change:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def office(part: str = "wordprocessingml.document", **entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{OFFICE}.{part}.main+xml"/></Types>')
        archive.writestr("word/document.xml", "<w/>")
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def upload(data: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (picture(), "现场.jpg", "jpg"),
        (picture(), "现场.JPEG", "jpg"),
        (picture("PNG"), "a.png", "png"),
        (pdf(), "承诺书.pdf", "pdf"),
        (office(), "方案.docx", "docx"),
        (office("spreadsheetml.sheet"), "清单.xlsx", "xlsx"),
    ],
)
def test_the_documented_types_are_taken(data: bytes, name: str, kind: str) -> None:
    assert files.inspect(upload(data, name)).kind == kind


def run_script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)


def launch(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")})
    writer.root_object[NameObject("/OpenAction")] = action


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "svg": (SVG, "a.svg", "只能上传"),
    "svg as png": (SVG, "a.png", "只能上传"),
    "html as pdf": (b"<script>alert(1)</script>", "a.pdf", "只能上传"),
    "double extension": (picture(), "a.jpg.exe", "只能上传"),
    "png called jpg": (picture("PNG"), "a.jpg", "与后缀不符"),
    "exe": (b"MZ" + bytes(100), "a.pdf", "只能上传"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "只能上传"),
    "encrypted excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx", "只能上传"),
    "torn picture": (picture()[:200], "a.jpg", "已损坏"),
    "torn pdf": (pdf()[:60], "a.pdf", "已损坏"),
    "torn zip": (office()[:80], "a.docx", "已损坏"),
    "pixel flood": (b"", "a.png", "像素"),
    "pdf with javascript": (pdf(run_script), "a.pdf", "脚本"),
    "pdf that launches": (pdf(launch), "a.pdf", "脚本"),
    "pdf with attachment": (pdf(lambda w: w.add_attachment("a.exe", b"MZ")), "a.pdf", "附件"),
    "pdf with password": (pdf(lambda w: w.encrypt("x")), "a.pdf", "加密"),
    "macro": (office(word__vbaProject__bin=b""), "a.docx", "宏"),
    "embedded": (office(word__embeddings__oleObject1=b"x"), "a.docx", "嵌入"),
    "nested": (office(**{"word__a.zip": b"PK"}), "a.docx", "嵌入"),
    "entities": (office(word__settings=b"", **{"word__x.xml": b'<!DOCTYPE l [<!ENTITY a "b">]>'}), "a.docx", "不允许"),
    "remote template": (
        office(**{"word__r.rels": b'<R Type="x/attachedTemplate" Target="http://x/" TargetMode="External"/>'}),
        "a.docx",
        "外部链接",
    ),
    "some other zip": (office("presentationml.presentation"), "a.docx", "只能上传"),
    "empty": (b"", "a.pdf", "空的"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(case: str) -> None:
    data, name, words = HOSTILE[case]
    if case == "pixel flood":
        data = picture("PNG", (9000, 9000))
    if case == "macro":
        data = office(**{"word__vbaProject.bin": b"x"})
    with pytest.raises(ValidationError, match=words):
        files.inspect(upload(data, name))


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(ValidationError, match="请压缩"):
        files.inspect(upload(picture(), "a.jpg"))


def test_a_picture_loses_its_place_and_keeps_its_look() -> None:
    exif = Image.Exif()
    exif[0x8825] = {2: (30.0, 35.0, 0.0)}  # where it was taken
    exif[0x0110] = "A telltale camera"
    exif[0x0112] = 6  # turned by 90°
    content = files.inspect(upload(picture(exif=exif), "a.jpg"))
    assert b"telltale" not in content.data
    with Image.open(io.BytesIO(content.data)) as stored:
        assert not stored.getexif()
        assert stored.size == (20, 40)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\承诺书.pdf", "承诺书.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("..", "未命名"),
        ("\0.pdf", "pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_names_are_labels_only(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe


@given(st.text(max_size=400))
def test_every_name_becomes_a_harmless_label(name: str) -> None:
    label = files.safe_name(name)
    assert 0 < len(label) <= 121
    assert label.isprintable() or not any(ord(c) < 32 for c in label)
    assert not set(label) & set('/\\\r\n\0<>"')


@pytest.fixture
def stored(plant: Any, admin: Any) -> Attachment:
    return files.store(upload(picture(), "现场 照片.jpg"), enterprise_id=plant.pk, by=admin, purpose="现场照片")


@pytest.mark.django_db
def test_a_file_lies_under_a_random_name_outside_the_web_root(stored: Attachment, settings: Settings) -> None:
    path = files.path_of(stored)
    assert Path(settings.MEDIA_ROOT) in path.parents
    assert "现场" not in str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert AuditEntry.unscoped.get(action="files.store").detail["sha256"] == stored.sha256


@pytest.mark.django_db
def test_it_is_sent_as_an_attachment_in_a_sandbox(stored: Attachment, admin: Any, signed_in: SignIn) -> None:
    answer = signed_in(admin).get(stored.get_absolute_url())
    assert answer.content == files.content_of(stored)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%8E%B0")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_only_who_sees_the_enterprise_gets_its_files(
    stored: Attachment,
    employee: Any,
    reviewer: Any,
    neighbour: Any,
    other_trade: Any,
    signed_in: SignIn,
    client: Client,
) -> None:
    url = stored.get_absolute_url()
    assert [signed_in(user).get(url).status_code for user in (employee, reviewer)] == [200, 200]
    assert [signed_in(user).get(url).status_code for user in (neighbour, other_trade)] == [404, 404]
    assert client.get(url).status_code == 302


@pytest.mark.django_db
def test_an_altered_or_missing_file_is_never_sent(stored: Attachment) -> None:
    path = files.path_of(stored)
    path.write_bytes(b"something else")
    with pytest.raises(files.FileAltered, match="not the file"):
        files.content_of(stored)
    path.unlink()
    with pytest.raises(files.FileAltered, match="missing"):
        files.content_of(stored)


@pytest.mark.django_db
def test_neither_bytes_nor_row_are_ever_overwritten(stored: Attachment) -> None:
    with pytest.raises(FileExistsError):
        files._write(files.path_of(stored), b"other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.unscoped.filter(pk=stored.pk).update(name="anders.jpg")


def test_the_form_field_gives_checked_content_or_a_sentence() -> None:
    field = files.UploadField(required=False)
    assert field.clean(upload(picture(), "a.jpg")).kind == "jpg"
    assert field.clean(None) is None
    with pytest.raises(ValidationError, match="只能上传"):
        field.clean(upload(SVG, "a.svg"))
