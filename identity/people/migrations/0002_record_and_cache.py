"""The security record refuses changes, and the table of the shared cache is there after `migrate` alone."""

from django.core.management import call_command
from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION people_securityevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the security record is append-only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON people_securityevent
    FOR EACH ROW EXECUTE FUNCTION people_securityevent_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON people_securityevent
    FOR EACH STATEMENT EXECUTE FUNCTION people_securityevent_refuse();
"""
UNDO = """
DROP TRIGGER append_only_all ON people_securityevent;
DROP TRIGGER append_only ON people_securityevent;
DROP FUNCTION people_securityevent_refuse();
"""


def make_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, UNDO),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
