import django.utils.timezone
from django.db import migrations, models

from yingan.kernel.walls import OpenTable


class Migration(migrations.Migration):

    dependencies = [
        ('telemetry', '0002_equipment_department'),
    ]

    operations = [
        migrations.CreateModel(
            name='IngestBeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('lag_s', models.FloatField(default=0)),
            ],
            options={
                'verbose_name': '接入服务心跳',
            },
        ),
        migrations.AddField(
            model_name='historycursor',
            name='merged_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        OpenTable("IngestBeat", ingest="SIU"),
    ]
