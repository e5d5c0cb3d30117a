"""Tables of the context: what is measured (`points`) and what was measured (`readings`)."""

from yingan.telemetry.models.points import Equipment, Gateway, Point, ThresholdChange
from yingan.telemetry.models.readings import (
    GatewayRun,
    HistoryBlock,
    HistoryCursor,
    IngestBeat,
    Latest,
    ReadingLog,
    ReadingReceipt,
    UnknownTag,
)

__all__ = [
    "Equipment",
    "Gateway",
    "GatewayRun",
    "HistoryBlock",
    "HistoryCursor",
    "IngestBeat",
    "Latest",
    "Point",
    "ReadingLog",
    "ReadingReceipt",
    "ThresholdChange",
    "UnknownTag",
]
