"""Every write of the context: `handling` and `answers` by people, `recording` in ingest's transaction, `notices`."""

from yingan.alarms.services.answers import add_note, answer
from yingan.alarms.services.handling import (
    acknowledge,
    acknowledge_all,
    close,
    handle,
    mark_false,
    start_handling,
)
from yingan.kernel.workflow import StepRefused

__all__ = [
    "StepRefused",
    "acknowledge",
    "acknowledge_all",
    "add_note",
    "answer",
    "close",
    "handle",
    "mark_false",
    "start_handling",
]
