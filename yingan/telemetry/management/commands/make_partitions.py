"""Make the partitions of the coming weeks and drop what is past its time; as the owner, at every start."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from yingan.telemetry import partitions


class Command(BaseCommand):
    """`manage.py make_partitions`: safe to repeat."""

    help = "建立读数日志和历史数据的分区，并删除超过保存期的读数日志。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how long the log is kept."""
        parser.add_argument("--keep-log-days", type=int, default=35, help="读数日志保存天数（不少于30天）")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and drop."""
        today = dt.datetime.now(dt.UTC).date()
        made = partitions.make_ahead(today)
        kept = max(30, options["keep_log_days"])
        dropped = partitions.drop_before(partitions.LOG, today - dt.timedelta(days=kept))
        self.stdout.write(f"新建分区 {made} 个，删除过期分区 {dropped} 个。")
