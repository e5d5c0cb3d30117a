"""Write the broker's users from the table of gateways; ingest does the same whenever one changes."""

from typing import Any

from django.core.management.base import BaseCommand

from yingan.ingest import credentials


class Command(BaseCommand):
    """`manage.py render_gateways`, as the role yingan_ingest."""

    help = "按网关表重写消息服务的用户。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and say whether anything changed."""
        self.stdout.write("网关用户已更新。" if credentials.render() else "网关用户没有变化。")
