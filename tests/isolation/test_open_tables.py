"""What a serving role can reach without a tenant's wall is on a fixed list (security T10)."""

import pytest
from django.db import connection

from tests.isolation.open_tables import OPEN_TABLES

REACHABLE = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (
    SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'enterprise_id' AND NOT a.attisdropped)
  AND EXISTS (
    SELECT 1 FROM unnest(ARRAY['yingan_web', 'yingan_worker', 'yingan_ingest']) AS role
    WHERE has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE'))
"""


def reachable() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(REACHABLE)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_open_table_is_on_the_list_and_the_list_names_no_other() -> None:
    assert reachable() == set(OPEN_TABLES)
    assert all(OPEN_TABLES.values())


@pytest.mark.django_db
def test_a_new_open_table_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leaky (id int)")
    assert reachable() - set(OPEN_TABLES) == {"leaky"}
