"""What one form can check: kinds of values. Whether a commitment is complete is the services' question."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models

from yingan.commitments import sheet
from yingan.commitments.models import Commitment, LayerReport
from yingan.commitments.models.counts import DailyCounts
from yingan.commitments.models.report import QUESTIONS
from yingan.kernel.files import UploadField

if TYPE_CHECKING:
    from collections.abc import Mapping

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
REASON = "reason-"


def choose(field: models.Field[Any, Any], **options: Any) -> forms.Field:
    """Return the form field of a column: numbers to type, questions as two buttons, never required in a draft."""
    if isinstance(field, models.PositiveIntegerField):
        attrs = {"inputmode": "numeric", "class": "is-no", "autocomplete": "off"}
        number = field.formfield(**options | {"widget": forms.TextInput(attrs=attrs)})
        number.error_messages["invalid"] = "请输入整数"  # type: ignore[union-attr]  # an IntegerField has a form field
        return number  # type: ignore[return-value]
    if isinstance(field, models.BooleanField):
        words = sheet.HAVE if field.name == "has_major_hazards" else sheet.YES_NO
        return forms.TypedChoiceField(
            label=str(field.verbose_name),
            choices=[("true", words[True]), ("false", words[False])],
            coerce=lambda value: value == "true",
            empty_value=None,
            required=False,
            widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        )
    return field.formfield(**options)  # type: ignore[return-value]


class AnswersMixin:
    """Shows a stored yes or no as the choice that stands for it."""

    def prepare_value_of(self, value: Any) -> Any:
        """Return the choice of a stored answer."""
        return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Return what the control shows at first."""
        return self.prepare_value_of(super().get_initial_for_field(field, field_name))  # type: ignore[misc]


class CommitmentForm(AnswersMixin, forms.ModelForm[Commitment]):
    """The whole sheet. A draft may leave anything open, so that nothing typed is ever refused for being unfinished."""

    has_open_reasons = False
    scan = UploadField(label="签字扫描件", required=False, help_text="pdf、jpg、png，10 MB 以内")
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Commitment
        fields = sheet.EDITED
        formfield_callback = choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget = DATE
        self.fields["day"].disabled = self.instance.pk is not None
        for name in ("explanation", "text"):
            self.fields[name].widget.attrs["rows"] = 3 if name == "text" else 2
        self.fields["duty_leader_phone"].widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        self.fields["risk_grade"] = forms.ChoiceField(
            label="风险级别",
            required=False,
            choices=[("", "按系统判定"), *Commitment.RiskGrade.choices],
            widget=forms.Select(attrs={"class": "ya-w-140"}),
        )
        self.fields["revision"].initial = self.instance.revision

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons typed beside the contradictions: key → reason."""
        data: Mapping[str, str] = self.data
        return {name.removeprefix(REASON): data[name][:300] for name in data if name.startswith(REASON)}

    def take(self, problems: dict[str, str]) -> None:
        """Take over what the service found missing; a reason's problem stands at its contradiction."""
        for name, words in problems.items():
            if name in self.fields:
                self.add_error(name, words)
        self.has_open_reasons = any(name.startswith(REASON) for name in problems)
        if self.has_open_reasons:
            self.add_error(None, REASON_WORDS)


REASON_WORDS = "有与系统数据不一致的条目没有填写理由"


class ListQuery(forms.Form):
    """承诺日期起止 and 状态."""

    since = forms.DateField(label="承诺日期起", required=False, widget=DATE)
    until = forms.DateField(label="止", required=False, widget=DATE)
    status = forms.ChoiceField(label="状态", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        late = ("late", "逾期")
        self.fields["status"].choices = [("", "全部"), *Commitment.Status.choices, late]  # type: ignore[attr-defined]

    def narrow(self, rows: models.QuerySet[Commitment]) -> models.QuerySet[Commitment]:
        """Return the rows that match; an invalid control matches nothing."""
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["since"]:
            rows = rows.filter(day__gte=asked["since"])
        if asked["until"]:
            rows = rows.filter(day__lte=asked["until"])
        if asked["status"] == "late":
            return rows.filter(is_late=True)
        return rows.filter(status=asked["status"]) if asked["status"] else rows


class TemplateForm(forms.Form):
    """A new version of the enterprise's own text."""

    text = forms.CharField(label="承诺内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))


REPORT_FIELDS = (
    *(field.name for field in DailyCounts._meta.get_fields()),
    "risk_points_judged",
    *QUESTIONS,
    "explanation",
    "text",
    "responsible",
)


class ReportForm(AnswersMixin, forms.ModelForm[LayerReport]):
    """The report of one department for one day."""

    class Meta:
        model = LayerReport
        fields = REPORT_FIELDS
        formfield_callback = choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("explanation", "text"):
            self.fields[name].widget.attrs["rows"] = 2

    def take(self, problems: dict[str, str]) -> None:
        """Take over what the service found missing."""
        for name, words in problems.items():
            self.add_error(name, words)


class DayQuery(forms.Form):
    """Which day, county, name and figure the authority asks for."""

    day = forms.DateField(required=False, widget=DATE, label="承诺日期")
    county = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, label="企业名称", max_length=60)
    figure = forms.CharField(required=False, widget=forms.HiddenInput)


def day_in(text: str | None, default: dt.date) -> dt.date:
    """Return the day that an address names (2026-03-18), or the default."""
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return default
