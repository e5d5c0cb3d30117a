"""Budgets of design §3: what is larger is cut along its seams."""

import ast
from pathlib import Path

import pytest

from tests.architecture.layers import ROOT, python_files

FILE, TEST_FILE, FUNCTION, CRUD = 300, 400, 40, 600


def too_long(files: list[Path], limit: int) -> dict[str, int]:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in files}
    return {name: length for name, length in lengths.items() if length > limit}


def test_files_stay_within_their_budget() -> None:
    assert too_long(python_files(tests=False), FILE) == {}


def test_test_files_stay_within_their_budget() -> None:
    assert too_long(python_files(tests=True), TEST_FILE) == {}


def test_the_list_pages_stay_within_their_budget() -> None:
    lines = sum(len(f.read_text("utf-8").splitlines()) for f in (ROOT / "yingan/kernel/crud").glob("*.py"))
    assert lines <= CRUD


@pytest.mark.parametrize("file", python_files(tests=False), ids=lambda file: str(file.relative_to(ROOT)))
def test_functions_stay_within_their_budget(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in long.items() if lines > FUNCTION} == {}


@pytest.mark.parametrize("file", python_files(tests=False), ids=lambda file: str(file.relative_to(ROOT)))
def test_public_names_have_docstrings(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    named = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    silent = [node.name for node in named if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert silent == []
    if file.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree), "the module says what belongs in it"
