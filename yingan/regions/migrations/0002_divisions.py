from django.db import migrations

from yingan.regions import services


def load(apps, schema_editor):
    region, office = apps.get_model("regions", "Region"), apps.get_model("regions", "Office")
    services.load_divisions(region)
    services.found_offices(region, office)


class Migration(migrations.Migration):
    dependencies = [("regions", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
