"""GLOSSARY.md is law: its words live where it says, and their synonyms are not used."""

from __future__ import annotations

import ast
import re

from tests.architecture.layers import ROOT, python_files

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and "identifier" not in line
]


def names_in(package: str) -> set[str]:
    names: set[str] = set()
    for file in python_files(tests=False, packages=(package,)):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
    return names


def test_each_word_lives_where_the_glossary_says() -> None:
    assert ROWS
    for _, identifier, context, _ in ROWS:
        assert any(identifier in name for name in names_in(f"yingan/{context}")), f"{identifier} is not in {context}"


def test_banned_synonyms_are_not_used() -> None:
    banned = {word.strip() for row in ROWS for word in row[3].split(",") if word.strip()}
    words = {part for name in names_in("yingan") for part in re.findall(r"[A-Z][a-z]+|[a-z]+", name)}
    assert not {word for word in banned if word in words or word.lower() in words}
