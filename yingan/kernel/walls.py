"""The second wall as migration operations: nobody writes policies by hand (spec/security.md §2).

`OwnedTable("Tank")` at the end of the migration that creates the model gives its table row-level security with
FORCE, the policies of the serving roles, the key (id, enterprise_id), a composite key for each `OwnedForeignKey`
and the grants of the ingest role. `OpenTable` grants ingest a table that belongs to no enterprise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

from yingan.kernel.ownership import OwnedForeignKey

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

WEB, INGEST, WORKER = "yingan_web", "yingan_ingest", "yingan_worker"
LETTERS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}

OWN = "{column} = NULLIF(current_setting('app.enterprise_id', true), '')::bigint"
OWN_ID = OWN.format(column="id")
SUPERVISED = """{column} = ANY (ARRAY(
  SELECT e.id FROM enterprises_enterprise e
  WHERE e.supervised_region BETWEEN NULLIF(current_setting('app.region_from', true), '')::int
                                AND NULLIF(current_setting('app.region_to', true), '')::int
    AND e.trade = ANY (string_to_array(current_setting('app.trades', true), ','))))"""

REFUSE_CHANGE = """CREATE OR REPLACE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % can only be added', TG_TABLE_NAME; END $$"""


def wall_sql(table: str, column: str = "enterprise_id", ingest: str = "") -> list[str]:
    """Return the statements that build the wall of one table; partitions made by hand need them too."""
    # every name is a table or column of a migration, never input
    own, supervised = OWN.format(column=column), SUPERVISED.format(column=column)
    statements = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY own ON "{table}" TO {WEB}, {WORKER} USING ({own}) WITH CHECK ({own})',
        f'CREATE POLICY supervised ON "{table}" TO {WEB} USING ({supervised}) WITH CHECK ({supervised})',
        f'REVOKE TRUNCATE, TRIGGER, REFERENCES ON "{table}" FROM {WEB}, {WORKER}, {INGEST}',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {WEB}, {WORKER}',
    ]
    if ingest:
        everyone = f"{column} IS NOT NULL"
        statements += [
            f'CREATE POLICY ingest ON "{table}" TO {INGEST} USING ({everyone}) WITH CHECK ({everyone})',
            grant_sql(table, ingest),
        ]
    return statements


def grant_sql(table: str, letters: str, role: str = INGEST) -> str:
    """Return the grant of the rights named by letters: S, I, U, D."""
    return f'GRANT {", ".join(LETTERS[letter] for letter in letters)} ON "{table}" TO {role}'


def append_only_sql(table: str) -> list[str]:
    """Return the statements after which rows of the table can be added and read, never changed."""
    return [
        REFUSE_CHANGE,
        f'REVOKE UPDATE, DELETE ON "{table}" FROM {WEB}, {WORKER}, {INGEST}',
        f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()",
    ]


def tenant_key_sql(table: str, pk: str = "id") -> str:
    """Return the statement that makes (id, enterprise_id) the primary key, once."""
    return f"""DO $$ BEGIN
      IF (SELECT array_length(conkey, 1) FROM pg_constraint
          WHERE conrelid = '"{table}"'::regclass AND contype = 'p') = 1 THEN
        EXECUTE (SELECT format('ALTER TABLE "{table}" DROP CONSTRAINT %I', conname) FROM pg_constraint
                 WHERE conrelid = '"{table}"'::regclass AND contype = 'p');
        ALTER TABLE "{table}" ADD PRIMARY KEY ("{pk}", enterprise_id);
      END IF; END $$"""


def composite_key_sql(model: Any) -> list[str]:
    """Return the composite foreign keys of a model's links to rows of the same enterprise."""
    table = model._meta.db_table
    statements = []
    for field in model._meta.local_fields:
        if isinstance(field, OwnedForeignKey):
            target = field.remote_field.model._meta
            statements += [
                tenant_key_sql(target.db_table, str(target.pk.column)),
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table[:40]}_{field.column[:14]}_tfk" '
                f'FOREIGN KEY (enterprise_id, "{field.column}") '
                f'REFERENCES "{target.db_table}" (enterprise_id, "{target.pk.column}") DEFERRABLE INITIALLY DEFERRED',
            ]
    return statements


class WallOperation(Operation):
    """Run statements that depend on the migrated model; there is no way back but dropping the table."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, **options: Any) -> None:
        self.model_name = model_name
        self.options = options

    def deconstruct(self) -> Any:
        """Return what a migration needs to make the operation again."""
        return self.__class__.__name__, [self.model_name], self.options

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave Django's picture of the models as it is."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build the wall."""
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in self.statements(model):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, *args: Any) -> None:
        """Leave the wall: it falls with its table."""

    def statements(self, model: Any) -> list[str]:
        """Return the statements of this operation for the migrated model."""
        raise NotImplementedError

    def describe(self) -> str:
        """Return a line for the migration's output."""
        return f"Wall of {self.model_name}"


class OwnedTable(WallOperation):
    """Give an enterprise-owned table its wall. Options: `ingest` (letters S, I, U, D), `append_only`."""

    def statements(self, model: Any) -> list[str]:
        """Return policies, keys, grants and the trigger of an append-only table."""
        table = model._meta.db_table
        return [
            tenant_key_sql(table, model._meta.pk.column),
            *wall_sql(table, ingest=self.options.get("ingest", "")),
            *composite_key_sql(model),
            *(append_only_sql(table) if self.options.get("append_only") else []),
        ]


class TenantTable(WallOperation):
    """Give the enterprise table its wall: its own tenant, its authority, its public board, and lists of the jobs."""

    def statements(self, model: Any) -> list[str]:
        """Return the policies on the tenant's own id."""
        table = model._meta.db_table
        authority = SUPERVISED.partition("WHERE")[2].removesuffix("))").replace("e.", "")
        board = "board_token = NULLIF(current_setting('app.board_token', true), '') AND id IS NOT NULL"
        return [
            *wall_sql(table, "id")[:2],
            f'CREATE POLICY own ON "{table}" TO {WEB}, {WORKER} USING ({OWN_ID}) WITH CHECK ({OWN_ID})',
            f'CREATE POLICY supervised ON "{table}" TO {WEB} USING (id IS NOT NULL AND {authority}) '
            f"WITH CHECK (id IS NOT NULL AND {authority})",
            f'CREATE POLICY board ON "{table}" FOR SELECT TO {WEB} USING ({board})',
            f'CREATE POLICY jobs ON "{table}" FOR SELECT TO {WORKER}, {INGEST} USING (id IS NOT NULL)',
            f'REVOKE TRUNCATE, TRIGGER, REFERENCES ON "{table}" FROM {WEB}, {WORKER}, {INGEST}',
            f'GRANT SELECT, INSERT, UPDATE ON "{table}" TO {WEB}',
            f'GRANT SELECT, UPDATE ON "{table}" TO {WORKER}',
            f'GRANT SELECT ON "{table}" TO {INGEST}',
        ]


class OwnedLinks(WallOperation):
    """Add the composite key of an OwnedForeignKey that a later migration adds; option `field`."""

    def statements(self, model: Any) -> list[str]:
        """Return the key of the one field."""
        column = model._meta.get_field(self.options["field"]).column
        return [line for line in composite_key_sql(model) if "DO $$" in line or f'"{column}"' in line]


class OpenTable(WallOperation):
    """Grant the ingest role a table that belongs to no enterprise. Options: `ingest`, `append_only`."""

    def statements(self, model: Any) -> list[str]:
        """Return grants and the trigger of an append-only table."""
        table = model._meta.db_table
        letters = self.options.get("ingest", "")
        return [
            *([grant_sql(table, letters)] if letters else []),
            *(append_only_sql(table) if self.options.get("append_only") else []),
        ]


class PersonalTable(WallOperation):
    """Give a table of one person's rows its wall: everybody may put a row in, only its person sees and changes it.

    Option `column` holds the person's id. The worker reads and writes all rows. Rows are put in by
    `bulk_create(ignore_conflicts=True)`: with RETURNING PostgreSQL would want the sender to see the row.
    """

    def statements(self, model: Any) -> list[str]:
        """Return the policies on the person's column."""
        table, column = model._meta.db_table, self.options["column"]
        own = f"{column} = NULLIF(current_setting('app.user_id', true), '')::bigint"
        everyone = f"{column} IS NOT NULL"
        return [
            *wall_sql(table)[:2],
            f'CREATE POLICY own ON "{table}" TO {WEB} USING ({own}) WITH CHECK ({own})',
            f'CREATE POLICY post ON "{table}" FOR INSERT TO {WEB} WITH CHECK ({everyone})',
            f'CREATE POLICY jobs ON "{table}" TO {WORKER} USING ({everyone}) WITH CHECK ({everyone})',
            f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {WEB}, {WORKER}',
        ]


class LetterBox(WallOperation):
    """Give a table its wall that web may put rows in and only the worker takes out.

    Option `window` names the setting under which web may read it all the same (the demo's outbox page).
    """

    def statements(self, model: Any) -> list[str]:
        """Return the policies of putting in, taking out and looking through the window."""
        table = model._meta.db_table
        open_window = f"current_setting('{self.options['window']}', true) = 'open'"
        return [
            *wall_sql(table)[:2],
            f'CREATE POLICY post ON "{table}" FOR INSERT TO {WEB} WITH CHECK (id IS NOT NULL)',
            f'CREATE POLICY show ON "{table}" FOR SELECT TO {WEB} USING ({open_window})',
            f'CREATE POLICY jobs ON "{table}" TO {WORKER} USING (id IS NOT NULL) WITH CHECK (id IS NOT NULL)',
            f'REVOKE UPDATE, DELETE ON "{table}" FROM {WEB}',
            f'GRANT SELECT, INSERT ON "{table}" TO {WEB}',
            f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {WORKER}',
        ]
