"""Tables of appeals, their documents and what reviewers said."""

import uuid

from django.db import models

from identity.people.models import Person
from yingan.kernel.sealed import SealedTextField, mask_id_number, mask_phone


class Reason(models.TextChoices):
    """申诉原因."""

    PHONE_GONE = "phone_gone", "手机号停用"
    NOT_MINE = "not_mine", "非本人注册"
    NEW_LEGAL_PERSON = "new_legal_person", "法人变更"
    OTHER = "other", "其他"


class Appeal(models.Model):
    """One appeal, with everything it declares."""

    class State(models.TextChoices):
        """How far the review has come; 初审 and 复核 are two different people."""

        SUBMITTED = "submitted", "待审核"
        ENDORSED = "endorsed", "待复核"
        APPROVED = "approved", "通过"
        REJECTED = "rejected", "驳回"

    number = models.CharField("申诉编号", max_length=20, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="appeals", verbose_name="帐号")
    enterprise_name = models.CharField("企业名称", max_length=200)
    legal_person = models.CharField("法定代表人", max_length=50)
    id_number = SealedTextField("法人身份证号")
    phone = SealedTextField("新手机号")
    reason = models.CharField("申诉原因", max_length=20, choices=Reason)
    explanation = models.TextField("说明", max_length=500, blank=True)
    state = models.CharField("状态", max_length=20, choices=State, default=State.SUBMITTED)
    ip = models.GenericIPAddressField("来源 IP", null=True)
    submitted_at = models.DateTimeField("提交时间")
    decided_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "帐号申诉"
        ordering = ["-submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state__in=["submitted", "endorsed"]), name="one_standing_appeal"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_standing(self) -> bool:
        """Tell whether the review is still going on."""
        return self.state in {self.State.SUBMITTED, self.State.ENDORSED}

    @property
    def masked_phone(self) -> str:
        """Return 138****1234."""
        return mask_phone(self.phone)

    @property
    def masked_id_number(self) -> str:
        """Return the id number without the date of birth."""
        return mask_id_number(self.id_number)


class Evidence(models.Model):
    """A document of an appeal. Its file is named by `id`, lies outside the web root and is sealed."""

    class Kind(models.TextChoices):
        """Which document it is."""

        LICENCE = "licence", "营业执照扫描件"
        AUTHORISATION = "authorisation", "授权委托书"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="evidence", verbose_name="申诉")
    kind = models.CharField("材料", max_length=20, choices=Kind)
    file_name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=40)
    size_bytes = models.PositiveIntegerField("大小（字节）")

    class Meta:
        verbose_name = "申诉材料"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}"


class Opinion(models.Model):
    """What one reviewer decided."""

    class Verdict(models.TextChoices):
        """The two decisions."""

        PASS = "pass", "通过"
        REJECT = "reject", "驳回"

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="opinions", verbose_name="申诉")
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="审核人")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    text = models.CharField("意见", max_length=300)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "审核意见"
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["appeal", "reviewer"], name="one_opinion_per_reviewer")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}：{self.text}"
