"""Uploaded documents: their type is told by their content, they are made harmless, sealed and kept out of the web root.

Pictures are decoded and written anew, which drops whatever hides in them (scripts, positions); a PDF is parsed and
refused if it brings code, files or a password.
"""

import os
import tempfile
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import IndirectObject, NameObject

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

LARGEST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 4000
MOST_PAGES = 20
NONCE_BYTES = 12
MOST_OBJECTS = 20_000
ACTIVE = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData"}
NOT_ALLOWED = "请上传 PDF、JPG 或 PNG 文件"


@dataclass(frozen=True)
class Document:
    """A checked document, ready to be kept."""

    name: str
    content_type: str
    body: bytes


def check(upload: "UploadedFile[bytes]") -> Document:
    """Return the harmless form of an upload.

    :raises ValidationError: if it is too large, of another type than PDF, JPEG or PNG, broken, or brings code
    """
    if (upload.size or 0) > LARGEST_BYTES:
        raise ValidationError("文件不能超过 5 MB，请压缩后重新上传")
    body = upload.read(LARGEST_BYTES + 1)
    name = _plain_name(upload.name or "")
    if body.startswith(b"%PDF-"):
        return Document(f"{name}.pdf", "application/pdf", _checked_pdf(body))
    return _picture(name, body)


def keep(document: Document) -> uuid.UUID:
    """Seal the document into a file of its own, readable by this site only, and return its id."""
    name = uuid.uuid4()
    folder = Path(settings.EVIDENCE_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    nonce = os.urandom(NONCE_BYTES)
    key_id = next(reversed(settings.DATA_KEYS))
    sealed = AESGCM(settings.DATA_KEYS[key_id]).encrypt(nonce, document.body, name.bytes)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as draft:  # mode 0600
        draft.write(f"{key_id}\n".encode() + nonce + sealed)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(folder / str(name))
    return name


def read(name: uuid.UUID) -> bytes:
    """Return the document that was kept under `name`."""
    key_id, _, rest = (Path(settings.EVIDENCE_DIR) / str(name)).read_bytes().partition(b"\n")
    key = settings.DATA_KEYS[key_id.decode()]
    return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], name.bytes)


def _plain_name(name: str) -> str:
    """Return the name without path, extension, control and direction characters, at most 100 characters long."""
    bare = unicodedata.normalize("NFKC", name).replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    kept = "".join(c for c in bare if c.isalnum() or c in "-_ （）()")
    return kept.strip()[:100] or "document"


def _checked_pdf(body: bytes) -> bytes:
    try:
        reader = PdfReader(BytesIO(body), strict=False)
        pages = 0 if reader.is_encrypted else len(reader.pages)
        is_active = bool(pages) and any(ACTIVE & _names(thing) for thing in _objects(reader))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as broken:
        raise ValidationError("PDF 文件无法打开，请重新导出后上传") from broken
    if not 1 <= pages <= MOST_PAGES:
        raise ValidationError(f"请上传未加密、不超过 {MOST_PAGES} 页的 PDF 文件")
    if is_active:
        raise ValidationError("PDF 中含有脚本或附件，请重新导出后上传")
    return body


def _objects(reader: PdfReader) -> Iterator[object]:
    """Yield every object of the file, those in compressed streams too; names are decoded (/J#53 is /JS)."""
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise ValueError("too many objects")
    yield reader.trailer
    for number, generation in sorted(numbers):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _names(thing: object) -> set[str]:
    """Return every name inside a direct object: keys of dictionaries and name values, at any depth."""
    if isinstance(thing, dict):
        found = {str(key) for key in thing}
        return found.union(*(_names(value) for value in dict.values(thing)))
    if isinstance(thing, list):
        return set().union(*(_names(value) for value in list.__iter__(thing)))
    return {str(thing)} if isinstance(thing, NameObject) else set()


def _picture(name: str, body: bytes) -> Document:
    try:
        with Image.open(BytesIO(body), formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError("图片尺寸过大，请缩小后重新上传")
            form = picture.format or ""
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            clean = upright.convert("RGB")
            clean.info.clear()  # comments, positions, profiles
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as broken:
        raise ValidationError(NOT_ALLOWED) from broken
    written = BytesIO()
    clean.save(written, format=form, **({"quality": 88} if form == "JPEG" else {"optimize": True}))
    extension, kind = ("jpg", "image/jpeg") if form == "JPEG" else ("png", "image/png")
    return Document(f"{name}.{extension}", kind, written.getvalue())
