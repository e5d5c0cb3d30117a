"""Tables of the daily commitment."""

from yingan.commitments.models.commitment import Commitment, CommitmentSnapshot
from yingan.commitments.models.counts import DailyCounts
from yingan.commitments.models.deadline import DeadlineRun
from yingan.commitments.models.report import LayerReport
from yingan.commitments.models.template import CommitmentTemplate

__all__ = ["Commitment", "CommitmentSnapshot", "CommitmentTemplate", "DailyCounts", "DeadlineRun", "LayerReport"]
