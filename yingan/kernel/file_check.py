"""Judge one uploaded file by its content, in a disposable child: `python -m yingan.kernel.file_check PATH`.

Prints a JSON line {"type", "refused"}; for a picture its re-encoded bytes follow, without EXIF, place or profile.
Types: pdf, jpg, png, docx, xlsx (spec/security.md F08). Imports nothing of Django.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

from yingan.kernel import disposable
from yingan.kernel.sheets import archive
from yingan.kernel.sheets.archive import Refused

MAGIC = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "office": b"PK\x03\x04"}
OFFICE = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
}
PICTURES = {"jpg": "JPEG", "png": "PNG"}
MAX_PIXELS = 50_000_000
ACTIVE_KEYS = ("/OpenAction", "/AA", "/AcroForm")
ACTIVE_NAMES = ("/JavaScript", "/EmbeddedFiles")
ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"})
UNKNOWN = "只能上传 pdf、jpg、png、docx 或 xlsx 文件"
BROKEN = "文件已损坏，请重新生成后再上传"


def judge(path: Path) -> tuple[str, bytes]:
    """Return the type of a file and, for a picture, its bytes as they will be stored.

    :raises Refused: if its content is of no allowed type, broken, or would do something when opened
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    kind = next((kind for kind, magic in MAGIC.items() if head.startswith(magic)), "")
    if kind == "office":
        return _office(path), b""
    if kind == "pdf":
        _check_pdf(path)
        return kind, b""
    if kind in PICTURES:
        return kind, _picture(path, kind)
    raise Refused(UNKNOWN)


def _office(path: Path) -> str:
    content_types = archive.inspect(path, grid=False)
    for kind, mark in OFFICE.items():
        if mark in content_types:
            return kind
    raise Refused(UNKNOWN)


def _check_pdf(path: Path) -> None:
    from pypdf import PdfReader  # after limit(): its memory counts
    from pypdf.generic import DictionaryObject

    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            raise Refused("PDF 文件已加密，请取消密码后再上传")
        catalog = reader.root_object
        names: Any = catalog.get("/Names", DictionaryObject()).get_object()
        active = any(_does_something(catalog[key]) for key in ACTIVE_KEYS if key in catalog)
        pages = len(reader.pages)
    except Refused:
        raise
    except Exception as broken:
        raise Refused(BROKEN) from broken
    if active or any(key in names for key in ACTIVE_NAMES):
        raise Refused("PDF 文件含有脚本或附件，请打印成不含脚本的 PDF 后再上传")
    if not pages:
        raise Refused(BROKEN)


def _does_something(value: object) -> bool:
    """Tell whether an action of the catalog is more than a jump to a page, or a form has scripts (XFA)."""
    if not isinstance(value, dict):
        return False
    parts = [value, *(inner for inner in value.values() if isinstance(inner, dict))]
    return "/XFA" in value or any("/JS" in part or str(part.get("/S")) in ACTIVE_ACTIONS for part in parts)


def _picture(path: Path, kind: str) -> bytes:
    from PIL import Image, ImageOps  # after limit(): its memory counts

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    out = io.BytesIO()
    try:
        with Image.open(path, formats=[PICTURES[kind]]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused("图片超过 5,000 万像素，请缩小后再上传")
            upright = ImageOps.exif_transpose(picture)
            if kind == "jpg" and upright.mode not in {"RGB", "L"}:
                upright = upright.convert("RGB")
            plain = Image.new(upright.mode, upright.size)
            if upright.mode == "P":
                plain.putpalette(upright.getpalette() or [])
            plain.paste(upright)
            plain.save(out, PICTURES[kind], **({"quality": 90} if kind == "jpg" else {}))
    except Refused:
        raise
    except Exception as broken:
        raise Refused(BROKEN) from broken
    return out.getvalue()


def main(path: Path) -> int:
    """Print the judgement and, for a picture, the bytes to store."""
    disposable.limit()
    try:
        kind, data = judge(path)
        answer = {"type": kind, "refused": ""}
    except Refused as refusal:
        answer, data = {"type": "", "refused": str(refusal)}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
