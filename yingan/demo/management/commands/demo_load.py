"""`manage.py demo_load`: fill an empty installation with the demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from yingan.demo import loading


class Command(BaseCommand):
    """Load the demo data once."""

    help = "载入演示数据（仅 DEMO=1；已有企业时不做任何改动）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was done."""
        if not settings.DEMO:
            raise CommandError("只有演示环境（DEMO=1）可以载入演示数据。")
        if loading.load(self.stdout.write):
            self.stdout.write(self.style.SUCCESS("演示数据已载入。"))
        else:
            self.stdout.write("已有企业数据，演示数据未改动。")
