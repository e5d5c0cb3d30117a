"""Every write of the context, by verb family; pages import the functions from here."""

from yingan.commitments.services.deadline import close_days, remind_due, remind_now
from yingan.commitments.services.reporting import NEEDED as REPORT_NEEDS
from yingan.commitments.services.reporting import ReportIncomplete, move_report, save_report
from yingan.commitments.services.review import Stale, take_step
from yingan.commitments.services.seeding import seed
from yingan.commitments.services.writing import (
    Incomplete,
    Refused,
    check_new,
    discard,
    save,
    save_and_submit,
    save_template,
)

__all__ = [
    "REPORT_NEEDS",
    "Incomplete",
    "Refused",
    "ReportIncomplete",
    "Stale",
    "check_new",
    "close_days",
    "discard",
    "move_report",
    "remind_due",
    "remind_now",
    "save",
    "save_and_submit",
    "save_report",
    "save_template",
    "seed",
    "take_step",
]
