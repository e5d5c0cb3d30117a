"""What was measured. Ingest writes these tables with set-based SQL (`services/readings.py`); pages read by `queries`.

`reading_log` and `history_block` are partitioned, so their tables are made by SQL in the migration.
"""

from __future__ import annotations

from django.db import models

from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey
from yingan.telemetry.models.points import Gateway, Point


class GatewayRun(EnterpriseOwned):
    """One run of a gateway, known by its `boot`; every message up to `committed_seq` is in the record."""

    gateway = OwnedForeignKey(Gateway, models.PROTECT)
    boot = models.CharField(max_length=64)
    committed_seq = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "网关运行"
        constraints = [models.UniqueConstraint(fields=["enterprise", "gateway", "boot"], name="run_once")]

    def __str__(self) -> str:
        return f"{self.boot}:{self.committed_seq}"


class ReadingReceipt(EnterpriseOwned):
    """A message that was taken: the guarantee against duplicates above the watermark, pruned below it."""

    run = OwnedForeignKey(GatewayRun, models.PROTECT)
    seq = models.BigIntegerField()

    class Meta:
        verbose_name = "报文回执"
        constraints = [models.UniqueConstraint(fields=["enterprise", "run", "seq"], name="message_once")]

    def __str__(self) -> str:
        return str(self.seq)


class ReadingLog(EnterpriseOwned):
    """One message of one gateway as it was taken; the record from which everything else can be made again."""

    gateway = OwnedForeignKey(Gateway, models.PROTECT)
    boot = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    received_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    n = models.IntegerField()
    payload = models.BinaryField()

    class Meta:
        verbose_name = "读数日志"
        managed = False
        db_table = "telemetry_readinglog"

    def __str__(self) -> str:
        return f"{self.boot}:{self.seq}"


class Latest(EnterpriseOwned):
    """The newest reading and the judge's state of all points of one gateway, packed (`codec.pack_latest`)."""

    gateway = OwnedForeignKey(Gateway, models.PROTECT)
    received_at = models.DateTimeField()
    newest_at = models.DateTimeField()
    clock_offset_s = models.FloatField(default=0)
    data = models.BinaryField()

    class Meta:
        verbose_name = "最新值"
        constraints = [models.UniqueConstraint(fields=["enterprise", "gateway"], name="latest_once")]

    def __str__(self) -> str:
        return str(self.newest_at)


class UnknownTag(EnterpriseOwned):
    """A tag that a gateway sends and no point names: shown so that somebody adds the point."""

    gateway = OwnedForeignKey(Gateway, models.PROTECT)
    tag = models.CharField("位号", max_length=100)
    first_at = models.DateTimeField("首次收到")
    last_at = models.DateTimeField("最近收到")
    readings = models.BigIntegerField("读数个数", default=0)

    class Meta:
        verbose_name = "未配置的位号"
        constraints = [models.UniqueConstraint(fields=["enterprise", "gateway", "tag"], name="unknown_tag_once")]

    def __str__(self) -> str:
        return self.tag


class HistoryBlock(EnterpriseOwned):
    """The readings of one point in one hour, compressed, with what a chart needs without opening them.

    `low` … `last_value` are over readings of good quality and empty where there is none.
    """

    point = OwnedForeignKey(Point, models.PROTECT)
    start_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    n = models.IntegerField()
    good = models.IntegerField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    total = models.FloatField(null=True)
    first_value = models.FloatField(null=True)
    last_value = models.FloatField(null=True)
    worst_quality = models.SmallIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = "历史数据块"
        managed = False
        db_table = "telemetry_historyblock"

    def __str__(self) -> str:
        return str(self.start_at)


class HistoryCursor(EnterpriseOwned):
    """How far the log of one gateway is in blocks: rows of transactions below `merged_to` are."""

    gateway = OwnedForeignKey(Gateway, models.PROTECT)
    merged_to = models.BigIntegerField(default=0)
    merged_at = models.DateTimeField()

    class Meta:
        verbose_name = "历史整理进度"
        constraints = [models.UniqueConstraint(fields=["enterprise", "gateway"], name="cursor_once")]

    def __str__(self) -> str:
        return str(self.merged_to)


class IngestBeat(models.Model):
    """One row: when ingest last lived. It belongs to nobody; pages tell a silent plant from a silent platform by it."""

    at = models.DateTimeField()
    lag_s = models.FloatField(default=0)

    class Meta:
        verbose_name = "接入服务心跳"

    def __str__(self) -> str:
        return str(self.at)
