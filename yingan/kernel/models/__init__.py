"""Tables that every context uses."""

from yingan.kernel.models.attachment import Attachment
from yingan.kernel.models.audit import AuditEntry, PlatformAuditEntry
from yingan.kernel.models.imports import SheetImport
from yingan.kernel.models.transition import Transition
from yingan.kernel.models.version import RowVersion

__all__ = ["Attachment", "AuditEntry", "PlatformAuditEntry", "RowVersion", "SheetImport", "Transition"]
