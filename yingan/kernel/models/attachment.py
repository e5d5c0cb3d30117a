"""Files that people attach."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from yingan.kernel.ownership import EnterpriseOwned


class Attachment(EnterpriseOwned):
    """A stored file: its label, what it is, its digest, who uploaded it. The bytes lie under MEDIA_ROOT by uuid."""

    uuid = models.UUIDField("编号", default=uuid.uuid4, editable=False)
    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    purpose = models.CharField("用途", max_length=40, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="上传人",
    )
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "附件"
        ordering = ["-uploaded_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "uuid"], name="attachment_uuid")]
        indexes = [models.Index(fields=["uuid"], name="attachment_by_uuid")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where the file is downloaded."""
        return reverse("attachment", args=[self.uuid])

    @property
    def is_picture(self) -> bool:
        """Tell whether the file can be shown as a thumbnail."""
        return self.content_type.startswith("image/")
