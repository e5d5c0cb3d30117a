"""Take readings from the broker until killed."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from yingan.ingest.edge import Edge


class Command(BaseCommand):
    """`manage.py ingest`, as the role yingan_ingest."""

    help = "从消息服务接收网关数据：存储、判断、报警。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        asyncio.run(_run())


async def _run() -> None:
    await Edge().run()
