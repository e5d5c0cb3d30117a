"""Attachments: checked by content, stored under a random name outside the web root, served so that nothing runs.

A form takes an `UploadField` (it refuses bad files with a sentence), the service calls `store`. A stored file is never
overwritten; its SHA-256 is compared at every download (spec/security.md S37, S39, F08, F09).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from yingan.kernel import audit, clock, disposable
from yingan.kernel.http import SignedInRequest, signed_in
from yingan.kernel.models import Attachment

MAX_BYTES = 10 << 20
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = {"pdf": "pdf", "jpg": "jpg", "jpeg": "jpg", "png": "png", "docx": "docx", "xlsx": "xlsx"}
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)
MAX_NAME = 100
UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff<>:"|?*]')


class FileAltered(Exception):
    """A stored file is missing or is not the one that was uploaded."""


@dataclass(frozen=True)
class Content:
    """A file that has passed the check: its label, its kind and the bytes to store."""

    name: str
    kind: str
    data: bytes


def safe_name(name: str) -> str:
    """Return a label for a file: no folders, no control or direction characters, at most 100 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    label = UNSAFE_IN_NAMES.sub("", last).strip(" .")
    stem, dot, ending = label.rpartition(".")
    if not dot:
        return label[:MAX_NAME] or "未命名"
    return f"{stem[: MAX_NAME - len(ending) - 1] or '未命名'}.{ending[:20]}"


def inspect(upload: UploadedFile[Any]) -> Content:
    """Return what would be stored of an upload.

    :raises ValidationError: if it is too large, of no allowed type, or its ending belies its content
    """
    name = safe_name(upload.name or "")
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(f"文件超过 {MAX_BYTES >> 20} MB，请压缩后再上传", code="file")
    if not upload.size:
        raise ValidationError("文件是空的，请重新选择", code="file")
    expected = ENDINGS.get(name.rpartition(".")[2].lower())
    if expected is None:
        raise ValidationError("只能上传 pdf、jpg、png、docx 或 xlsx 文件", code="file")
    upload.seek(0)
    data = upload.read()
    kind, reencoded = _judge(data)
    if kind != expected:
        raise ValidationError(f"文件内容是 {kind}，与后缀不符，请用原来的格式上传", code="file")
    return Content(name, kind, reencoded or data)


def _judge(data: bytes) -> tuple[str, bytes]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        output = disposable.run("yingan.kernel.file_check", Path(file.name))
    if output is None:
        raise ValidationError("文件无法读取，请重新生成后再上传", code="file")
    line, _, reencoded = output.partition(b"\n")
    answer = json.loads(line)
    if answer["refused"]:
        raise ValidationError(answer["refused"], code="file")
    return answer["type"], reencoded


class UploadField(forms.FileField):
    """A file of a form; its clean value is a `Content`, ready for `store`."""

    widget = forms.ClearableFileInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", f"pdf、jpg、png、docx、xlsx，{MAX_BYTES >> 20} MB 以内")
        options.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPT}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the checked content, or None if nothing was chosen."""
        upload = super().clean(data, initial)
        return inspect(upload) if isinstance(upload, UploadedFile) else None


def store(upload: UploadedFile[Any] | Content, *, enterprise_id: int, by: Any, purpose: str = "") -> Attachment:
    """Store a file for an enterprise and return its attachment.

    :raises ValidationError: if an unchecked upload does not pass `inspect`
    """
    content = upload if isinstance(upload, Content) else inspect(upload)
    attachment = Attachment(
        enterprise_id=enterprise_id,
        uuid=uuid4(),
        name=content.name,
        content_type=CONTENT_TYPES[content.kind],
        size=len(content.data),
        sha256=hashlib.sha256(content.data).hexdigest(),
        purpose=purpose,
        uploaded_by=by,
        uploaded_at=clock.now(),
    )
    _write(path_of(attachment), content.data)
    attachment.save(force_insert=True)
    audit.record("files.store", by=by, subject=attachment, detail={"sha256": attachment.sha256, "purpose": purpose})
    return attachment


def path_of(attachment: Attachment) -> Path:
    """Return where a file lies: by enterprise and random name, never by the name that a person chose."""
    name = attachment.uuid.hex
    return Path(settings.MEDIA_ROOT) / str(attachment.enterprise_id) / name[:2] / name


def _write(path: Path, data: bytes) -> None:
    """Write a new file durably; an existing one is never touched."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def content_of(attachment: Attachment) -> bytes:
    """Return the bytes of a stored file.

    :raises FileAltered: if they are missing or not those that were uploaded
    """
    try:
        data = path_of(attachment).read_bytes()
    except OSError as missing:
        raise FileAltered(f"attachment {attachment.uuid} is missing") from missing
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise FileAltered(f"attachment {attachment.uuid} is not the file that was uploaded")
    return data


@require_GET
@signed_in
def download(request: SignedInRequest, uuid: Any) -> HttpResponse:
    """Send a file to who may see its enterprise: as an attachment, in a sandbox, never guessed at."""
    attachment = Attachment.visible_to(request.user).filter(uuid=uuid).first()
    if attachment is None:
        raise Http404
    return HttpResponse(
        content_of(attachment),
        content_type=attachment.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, attachment.name) or "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
