"""The catalogue check of the second wall (spec/security.md §2.3), once for each serving role."""

from pathlib import Path

import pytest
from django.db import connection

CHECK = (Path(__file__).parent / "rls_catalog.sql").read_text("utf-8").replace("%", "%%")
ACCEPTED = {
    "telemetry_gateway_public_id_key": "made by the server at random: nobody can ask for another's",
}
SERVING = ("yingan_web", "yingan_ingest", "yingan_worker")


@pytest.mark.django_db
@pytest.mark.parametrize("role", SERVING)
def test_the_catalogue_shows_no_hole_for_the_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('rls.app_role', %s, true)", [role])
        cursor.execute(CHECK, [])
        holes = [row for row in cursor.fetchall() if row[1] not in ACCEPTED]
    assert holes == []
