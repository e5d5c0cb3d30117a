"""Row history: who changed which columns of a row, when, from what to what.

`TrackedTable("Tank", without=["latest_at"])` in a migration, after `OwnedTable`, makes the database itself keep the
history, for every way of writing. `history_of(row)` gives it to the panel 历史 (`kernel/_history.html`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from yingan.kernel.models import RowVersion
from yingan.kernel.sealed import SealedTextField
from yingan.kernel.walls import WallOperation

if TYPE_CHECKING:
    import datetime as dt

    from yingan.kernel.ownership import EnterpriseOwned

KEEP_VERSION = """
CREATE FUNCTION kernel_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before jsonb; after jsonb; was jsonb; has jsonb; owner bigint; row_id bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    before := to_jsonb(OLD) - TG_ARGV; owner := OLD.enterprise_id; row_id := OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    after := to_jsonb(NEW) - TG_ARGV; owner := NEW.enterprise_id; row_id := NEW.id;
  END IF;
  was := before; has := after;
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, after -> o.key) INTO was, has
      FROM jsonb_each(before) o WHERE o.value IS DISTINCT FROM after -> o.key;
    IF was IS NULL THEN RETURN NULL; END IF;
  END IF;
  INSERT INTO kernel_rowversion (enterprise_id, table_name, row_id, operation, old, new, user_id, at)
  VALUES (owner, TG_TABLE_NAME, row_id, lower(TG_OP), was, has,
          NULLIF(current_setting('app.user_id', true), '')::bigint, clock_timestamp());
  RETURN NULL;
END $$"""
DROP_KEEP_VERSION = "DROP FUNCTION kernel_keep_version()"
HIDDEN = frozenset({"id", "enterprise_id"})
SEALED = "（加密内容）"


class TrackedTable(WallOperation):
    """Keep the history of an enterprise-owned table. Option `without`: columns whose changes say nothing."""

    def statements(self, model: Any) -> list[str]:
        """Return the trigger of the table."""
        table = model._meta.db_table
        arguments = ", ".join(f"'{column}'" for column in self.options.get("without", ()))
        return [
            f'CREATE TRIGGER keep_version AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION kernel_keep_version({arguments})"
        ]

    def describe(self) -> str:
        """Return a line for the migration's output."""
        return f"History of {self.model_name}"


@dataclass(frozen=True)
class Change:
    """One column of a version, as people read it."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Version:
    """One step in a row's history."""

    at: dt.datetime
    who: str
    what: str
    changes: list[Change]


def history_of(row: EnterpriseOwned, limit: int = 50) -> list[Version]:
    """Return the newest versions of a row that came through the gate, newest first."""
    versions = list(
        RowVersion.unscoped.filter(
            enterprise_id=row.enterprise_id, table_name=row._meta.db_table, row_id=row.pk
        ).order_by("-id")[:limit]
    )
    people = get_user_model()._default_manager.in_bulk({version.user_id for version in versions if version.user_id})
    fields = {str(field.column): field for field in row._meta.concrete_fields if field.column not in HIDDEN}
    names = _names_of_linked(versions, fields, row.enterprise_id)
    return [
        Version(
            at=version.at,
            who=str(people.get(version.user_id, "系统")),
            what=version.get_operation_display(),
            changes=_changes(version, fields, names),
        )
        for version in versions
    ]


def _changes(version: RowVersion, fields: dict[str, Any], names: dict[tuple[str, Any], str]) -> list[Change]:
    if version.operation != RowVersion.Operation.UPDATE:
        return []
    return [
        Change(
            label=str(field.verbose_name),
            old=_shown(field, (version.old or {}).get(column), names),
            new=_shown(field, (version.new or {}).get(column), names),
        )
        for column, field in fields.items()
        if column in (version.new or {})
    ]


def _names_of_linked(
    versions: list[RowVersion], fields: dict[str, Any], enterprise_id: int
) -> dict[tuple[str, Any], str]:
    """Return the names of rows that links named then or name now, by column and key: one query a link."""
    names: dict[tuple[str, Any], str] = {}
    for column, field in fields.items():
        if not isinstance(field, models.ForeignKey):
            continue
        keys = {side.get(column) for version in versions for side in (version.old or {}, version.new or {})} - {None}
        target = field.remote_field.model
        rows = target._default_manager.filter(pk__in=keys) if keys else target._default_manager.none()
        if hasattr(target, "visible_to") and target._meta.model_name != "enterprise":
            rows = rows.filter(enterprise_id=enterprise_id)
        names |= {(column, linked.pk): str(linked) for linked in rows}
    return names


def _shown(field: Any, value: Any, names: dict[tuple[str, Any], str]) -> str:
    if value in (None, ""):
        return "（空）"
    if isinstance(field, SealedTextField):
        return SEALED
    if isinstance(field, models.ForeignKey):
        return names.get((field.column, value), f"编号 {value}")
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)
