"""`python -m identity identity_setup [--demo FILE.json]`: all that the site needs before it serves; idempotent."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity.guide import pdf
from identity.people import setup
from identity.people.models import Person
from yingan.kernel import clock


class Command(BaseCommand):
    """Makes the signing key, the platform's client, 注册指南 as PDF and, with DEMO=1, legal persons and reviewers."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file of demo people."""
        parser.add_argument(
            "--demo",
            type=Path,
            metavar="FILE.json",
            help="演示法人",
        )

    def handle(self, *args: Any, demo: Path | None, **options: Any) -> None:
        """Run all steps; each does nothing where its work is done."""
        if not settings.OIDC_CLIENT_SECRET:
            raise CommandError("缺少 OIDC_CLIENT_SECRET，无法登记应急管理综合应用平台")
        if setup.make_key(settings.IDENTITY_OIDC_KEY_FILE):
            self.stdout.write(f"已生成签名密钥 {settings.IDENTITY_OIDC_KEY_FILE}")
        client = setup.make_client(settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.PUBLIC_URL)
        self.stdout.write(f"已登记应用 {client.id}：{client.redirect_uris}")
        if not settings.GUIDE_PDF.is_file() and not pdf.build(settings.GUIDE_PDF):
            self.stdout.write("缺少 Pango 或中文字体，注册指南以网页提供")
        if settings.DEMO:
            self._demo(demo or (settings.DEMO_PEOPLE if settings.DEMO_PEOPLE.is_file() else None))

    def _demo(self, file: Path | None) -> None:
        try:
            rows = json.loads(file.read_text("utf-8")) if file else []
            for row in rows:
                setup.make_legal_person(row, now=clock.now())
        except (OSError, ValueError, setup.BadDemoData) as wrong:
            raise CommandError(f"演示数据不可用：{wrong}") from wrong
        if rows:
            self.stdout.write(f"演示法人 {len(rows)} 个")
        for username, name in zip(setup.REVIEWERS, setup.REVIEWER_NAMES, strict=True):
            self._reviewer(username, name)

    def _reviewer(self, username: str, name: str) -> None:
        """Make a reviewer; without DEMO_PASSWORD and DEMO_TOTP_SEED the secrets are made here and shown once."""
        password, seed = os.environ.get("DEMO_PASSWORD"), os.environ.get("DEMO_TOTP_SEED")
        if password and seed:
            setup.make_reviewer(username, name, password=password, seed=seed, now=clock.now())
        elif not Person.objects.filter(username=username).exists():
            password, seed = password or secrets.token_urlsafe(15) + "aA1", seed or generate_totp_secret()
            setup.make_reviewer(username, name, password=password, seed=seed, now=clock.now())
            self.stdout.write(f"申诉审核人员 {username} 密码 {password} 验证器密钥 {seed}")
