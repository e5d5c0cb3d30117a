"""What an import linter cannot see: foreign keys, private modules, writes, templates of other contexts."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings

from tests.architecture.layers import PUBLIC_MODULES, ROOT, context_of, python_files, ranks
from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import Model

OURS = [model for model in apps.get_models() if model.__module__.startswith("yingan.")]
OWNED = [model for model in OURS if issubclass(model, EnterpriseOwned)]
UPWARD = {settings.TENANT_MODEL.lower(), settings.AUTH_USER_MODEL.lower()}  # the kernel names these two by setting
WRITERS = {"services", "models", "tasks", "tests", "management", "migrations", "demo", "seeding"}
COMPOSITION = {"config", "demo"}  # they compose all contexts: pages and screens included
LEAF = ("pages", "views", "forms", "urls")


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model: type[Model]) -> None:
    rank = ranks()
    here = model.__module__.split(".")[1]
    for field in model._meta.local_fields:
        target = field.related_model
        if target is None or not target.__module__.startswith("yingan."):
            continue
        label = target._meta.label_lower
        there = target.__module__.split(".")[1]
        if here == "kernel" and label in UPWARD:
            continue
        assert here == there or rank[there] < rank[here], f"{model._meta.label}.{field.name} points up to {label}"


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_owned_rows_have_no_objects_and_link_by_composite_keys(model: type[Model]) -> None:
    assert not hasattr(model, "objects")
    assert not model._meta.local_many_to_many
    for field in model._meta.local_fields:
        target = field.related_model
        if target is not None and issubclass(target, EnterpriseOwned):
            assert isinstance(field, OwnedForeignKey), f"{model._meta.label}.{field.name} is not an OwnedForeignKey"


@pytest.mark.parametrize("file", python_files(tests=False, packages=("yingan",)), ids=str)
def test_nobody_imports_private_modules_of_another_context(file: Path) -> None:
    here = context_of(file)
    if here in COMPOSITION:
        return
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("yingan."):
            continue
        parts = str(node.module).split(".")
        if parts[1] in {here, "kernel"}:
            continue
        modules = {parts[2]} if len(parts) > 2 else {alias.name for alias in node.names}
        private = modules - PUBLIC_MODULES - {parts[1]}
        assert not private, f"{file.name} imports {node.module} {private}"


@pytest.mark.parametrize("file", python_files(tests=False, packages=("yingan",)), ids=str)
def test_pages_reach_owned_rows_through_the_gate_only(file: Path) -> None:
    if file.stem in LEAF or file.parent.name in LEAF:
        text = file.read_text("utf-8")
        assert "unscoped" not in text, "pages say visible_to(user)"
        assert not re.search(r"\.(bulk_create|bulk_update|get_or_create|update_or_create)\(", text)


def test_templates_belong_to_the_context_that_uses_them() -> None:
    foreign = []
    for template in (ROOT / "yingan").glob("*/templates/**/*.html"):
        here = template.relative_to(ROOT).parts[1]
        for named in re.findall(r"{%\s*(?:include|extends)\s+[\"']([\w-]+)/", template.read_text("utf-8")):
            if named not in {here, "kernel", "django_tables2"}:
                foreign.append(f"{template.relative_to(ROOT)} → {named}")
    assert foreign == []
