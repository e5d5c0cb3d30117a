"""A look into an Office file (a zip) before a parser unpacks it (spec/security.md S38, F01–F05).

Runs in the disposable child and counts the bytes that really come out, because the sizes in a zip's directory may lie.
Imports nothing of Django.
"""

import re
import stat
import zipfile
from pathlib import Path

MAX_UNPACKED = 50 << 20
MAX_RATIO = 100
RATIO_COUNTS_FROM = 1 << 20  # below this a ratio hurts nobody
MAX_ENTRIES = 200
MAX_ROWS = 5_000
MAX_COLUMNS = 60
HEADER_ROWS = 3
CHUNK = 256 << 10
OVERLAP = 64

FORBIDDEN_PARTS = re.compile(
    r"vbaproject|externallinks?/|embeddings?/|activex|customui|macrosheets|dialogsheets"
    r"|\.(zip|exe|dll|js|vbs|bat|html?|svg|xlsm|docm|xlsb|xlsx|docx|rar|7z|gz)$",
    re.IGNORECASE,
)
CELL = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,9})([0-9]{1,20})""")
OUTSIDE = re.compile(rb"(attachedTemplate|oleObject|externalLink|/frame|/package)", re.IGNORECASE)
XML_NAMES = (".xml", ".rels", ".vml")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Refused(Exception):
    """The file will not be opened; the message is a sentence fit to show."""


def inspect(path: Path, *, grid: bool) -> bytes:
    """Return the content types of an Office file; with `grid`, its sheets must keep to the limits of an import.

    :raises Refused: if the archive is a bomb, carries macros or other files, or its sheets are too large
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_directory(entries)
            budget = Budget(sum(entry.compress_size for entry in entries))
            for entry in entries:
                _check_entry(archive, entry, budget, grid=grid)
            return archive.read("[Content_Types].xml")
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as broken:
        raise Refused("文件已损坏、已加密或不是 Office 2007 以后的格式，请另存为新文件后再上传") from broken


class Budget:
    """The bytes that may still come out of an archive of `packed` bytes."""

    def __init__(self, packed: int) -> None:
        self.packed = max(packed, 1)
        self.unpacked = 0

    def spend(self, count: int) -> None:
        """Count unpacked bytes.

        :raises Refused: if there are too many of them
        """
        self.unpacked += count
        if self.unpacked > MAX_UNPACKED:
            raise Refused("文件解压后超过 50 MB，请拆分后再上传")
        if self.unpacked > RATIO_COUNTS_FROM and self.unpacked / self.packed > MAX_RATIO:
            raise Refused("文件的压缩比异常，请另存为新文件后再上传")


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Refused("文件的内部结构过于复杂，请另存为新文件后再上传")
    for entry in entries:
        if stat.S_ISLNK(entry.external_attr >> 16) or FORBIDDEN_PARTS.search(entry.filename):
            raise Refused("文件含有宏、外部链接、控件或嵌入的文件，请删除后另存再上传")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, *, grid: bool) -> None:
    name = entry.filename.lower()
    is_xml = name.endswith(XML_NAMES)
    is_sheet = grid and "worksheets/" in name and is_xml
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            budget.spend(len(chunk))
            text = tail + chunk
            if is_xml:
                _check_markup(text, name, at_start=not tail)
            if is_sheet:
                _check_cells(text)
            tail = text[-OVERLAP:]


def _check_markup(text: bytes, name: str, *, at_start: bool) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or (at_start and text.startswith(UTF16_MARKS)):
        raise Refused("文件含有不允许的内容，请另存为新文件后再上传")
    if name.endswith(".rels") and b"External" in text and OUTSIDE.search(text):
        raise Refused("文件含有外部链接或嵌入的文件，请删除后另存再上传")


def _check_cells(text: bytes) -> None:
    for letters, digits in CELL.findall(text):
        if int(digits) > MAX_ROWS + HEADER_ROWS or column_number(letters) > MAX_COLUMNS:
            raise Refused(
                f"表格超过 {MAX_ROWS:,} 行或 {MAX_COLUMNS} 列（只有格式的空行也算），请删除多余的行列后再导入"
            )


def column_number(letters: bytes) -> int:
    """Return the number of a column from its letters: A is 1, XFD is 16384; none is 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
