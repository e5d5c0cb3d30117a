"""`manage.py demo_accounts`: print the demo accounts of this installation."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yingan.demo import people, places
from yingan.kernel.identifiers import fictitious_credit_code


class Command(BaseCommand):
    """Print who can sign in, with what."""

    help = "列出演示账号"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the accounts, the password and the seed of the second factor."""
        if not settings.DEMO:
            return
        self.stdout.write(f"企业个人入口 {people.signs_in_here()}")
        for account in people.accounts():
            code = "  + 动态口令" if account.needs_code else ""
            self.stdout.write(f"  {account.username:20} {account.who}{code}")
        first = fictitious_credit_code(places.FIRST_SIGN_IN.number)
        self.stdout.write(f"法人用户登录（首次登录示范：{places.FIRST_SIGN_IN.name}）\n  {first}")
        self.stdout.write(f"以上账号的密码：{os.environ.get('DEMO_PASSWORD', '（见 .env）')}")
        seed = os.environ.get("DEMO_TOTP_SEED", "")
        self.stdout.write(f"动态口令密钥（添加到身份验证器）：{seed}；当前口令见 {settings.PUBLIC_URL}/demo/")
