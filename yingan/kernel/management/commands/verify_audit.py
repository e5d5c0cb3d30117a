"""`manage.py verify_audit`: check every chain of the audit log; exit 1 if an entry was altered or is missing.

An entry cut off at the end of a chain leaves no trace in the chain itself: compare the printed last numbers with a copy
that is kept elsewhere.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from yingan.kernel import audit
from yingan.kernel.models import AuditEntry, PlatformAuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yingan.kernel.models.audit import AuditColumns


class Command(BaseCommand):
    """Check the chains, as the role that sees all of them."""

    help = "校验审计记录的哈希链，发现改动或缺失时返回 1"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line a chain."""
        self._demand_sight()
        broken = self._check("平台", PlatformAuditEntry.objects.order_by("seq").iterator())
        entries = AuditEntry.unscoped.order_by("enterprise_id", "seq").iterator()
        for owner, chain in groupby(entries, key=lambda entry: entry.enterprise_id):
            broken += self._check(f"企业 {owner}", chain)
        if broken:
            raise CommandError(f"共有 {broken} 处改动或缺失，请保留现场并报告安全管理员。")
        self.stdout.write("全部链条完整。")

    def _check(self, name: str, chain: Iterable[AuditColumns]) -> int:
        count = last = 0

        def counted() -> Iterator[AuditColumns]:
            nonlocal count, last
            for entry in chain:
                count, last = count + 1, entry.seq
                yield entry

        wrong = audit.broken_links(counted())
        said = f"异常位置：{'、'.join(map(str, wrong[:20]))}" if wrong else "完整"
        self.stdout.write(f"{name}：{count} 条，末号 {last}，{said}")
        return len(wrong)

    @staticmethod
    def _demand_sight() -> None:
        """Refuse a role that row-level security blinds: it would see no chain and call that complete."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user")
            (sees_all,) = cursor.fetchone() or (False,)
        if not sees_all:
            raise CommandError("当前数据库角色看不到全部企业的审计记录，请以 YINGAN_ROLE=owner 运行。")
