"""Replay a recorded CSV through MQTT and report the alarms that the platform made of it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from yingan.enterprises.models import Enterprise
from yingan.ingest.replay import CannotReplay, Judging, replay
from yingan.ingest.sender import NotSent


class Command(BaseCommand):
    """`manage.py replay FILE --variables variables.csv --enterprise CODE …`, beside a running platform."""

    help = "把一份按分钟记录的数据经网关（MQTT）回放到平台，并报告产生的告警。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the files, the enterprise and how its points are judged."""
        parser.add_argument("file", type=Path, help="CSV 或 CSV.GZ，第一列 minute")
        parser.add_argument("--variables", type=Path, required=True, help="变量说明：名称、单位、四个限值")
        parser.add_argument("--enterprise", required=True, help="企业的统一社会信用代码")
        parser.add_argument("--speed", type=float, default=0.0, help="快于记录的倍数；0 为尽快（收到确认即发下一条）")
        parser.add_argument("--deadband", type=float, default=0.0, help="死区，与指标同单位")
        parser.add_argument("--on-delay", type=float, default=0.0, help="报警延时（秒）")
        parser.add_argument("--off-delay", type=float, default=0.0, help="恢复延时（秒）")
        parser.add_argument("--report", type=Path, help="把告警写入这个 JSON 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and report."""
        enterprise = Enterprise.unscoped.filter(uscc=options["enterprise"]).first()
        if enterprise is None:
            raise CommandError(f"没有统一社会信用代码为 {options['enterprise']} 的企业。")
        if min(options[name] for name in ("speed", "deadband", "on_delay", "off_delay")) < 0:
            raise CommandError("倍数、死区和延时不能为负数。")
        judging = Judging(options["deadband"], options["on_delay"], options["off_delay"])
        try:
            found = replay(
                options["file"], options["variables"], enterprise, judging,
                speed=options["speed"], say=self.stdout.write,
            )  # fmt: skip
        except (CannotReplay, NotSent) as error:
            raise CommandError(str(error)) from error
        if options["report"]:
            options["report"].write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
        self.stdout.write(f"告警 {len(found['alarms'])} 次。")
        for row in found["alarms"]:
            end = "未恢复" if row["cleared_minute"] is None else f"第 {row['cleared_minute']} 分钟恢复"
            self.stdout.write(f"  {row['point']} {row['level']}：第 {row['raised_minute']} 分钟，{end}")
