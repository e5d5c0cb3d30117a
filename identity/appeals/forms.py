"""What the forms of an appeal can check alone."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from identity.appeals import documents
from identity.appeals.documents import Document
from identity.appeals.models import Reason
from identity.appeals.services import Declaration
from identity.people.forms import SIX_DIGITS, Form, text
from yingan.kernel import clock
from yingan.kernel.identifiers import check_credit_code, check_id_number, check_phone, normal_form

ACCEPT = ".pdf,.jpg,.jpeg,.png"


def _file(label: str, *, required: bool) -> forms.FileField:
    control = forms.FileInput(attrs={"class": "form-control", "accept": ACCEPT})
    hint = "PDF、JPG 或 PNG，不超过 5 MB"
    return forms.FileField(label=label, required=required, widget=control, help_text=hint, max_length=255)


class AppealForm(Form):
    """帐号申诉."""

    uscc = forms.CharField(label="统一社会信用代码", max_length=30, widget=text(autocomplete="off"))
    enterprise_name = forms.CharField(label="企业名称", max_length=200, widget=text(autocomplete="organization"))
    legal_person = forms.CharField(label="法定代表人", max_length=50, widget=text(autocomplete="off"))
    id_number = forms.CharField(label="法人身份证号", max_length=30, widget=text(autocomplete="off"))
    phone = forms.CharField(label="新手机号", max_length=20, widget=text(inputmode="tel", autocomplete="tel"))
    code = forms.CharField(
        label="短信验证码", validators=[SIX_DIGITS],
        widget=text(inputmode="numeric", autocomplete="one-time-code", maxlength="6"),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label="申诉原因", choices=[("", "请选择"), *Reason.choices], widget=forms.Select(attrs={"class": "form-select"})
    )
    licence = _file("营业执照扫描件", required=True)
    authorisation = _file("授权委托书", required=False)
    explanation = forms.CharField(
        label="说明", required=False, max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": "3"}),
    )  # fmt: skip

    def clean_uscc(self) -> str:
        """Return the credit code in normal form."""
        return check_credit_code(self.cleaned_data["uscc"])

    def clean_id_number(self) -> str:
        """Return the id number in normal form."""
        return check_id_number(self.cleaned_data["id_number"], today=clock.today())

    def clean_phone(self) -> str:
        """Return the phone in normal form."""
        return check_phone(self.cleaned_data["phone"])

    def clean_licence(self) -> Document:
        """Return the harmless form of the scan."""
        return documents.check(self.cleaned_data["licence"])

    def clean_authorisation(self) -> Document | None:
        """Return the harmless form of the letter, if there is one."""
        upload = self.cleaned_data["authorisation"]
        return documents.check(upload) if upload else None

    def clean(self) -> dict[str, Any]:
        """Ask for words where the reason is 其他."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reason") == Reason.OTHER and not data.get("explanation"):
            self.add_error("explanation", "申诉原因为“其他”时，请填写说明")
        return data

    def declaration(self) -> Declaration:
        """Return what was declared, for the service."""
        data = self.cleaned_data
        return Declaration(**{name: value for name, value in data.items() if name != "code"})


class StatusForm(Form):
    """Looking an appeal up: its number, and the credit code as a second thing to know."""

    number = forms.CharField(label="申诉编号", max_length=30, widget=text(autocomplete="off", placeholder="SS 开头"))
    uscc = forms.CharField(label="统一社会信用代码", max_length=30, widget=text(autocomplete="off"))

    def clean_number(self) -> str:
        """Return the number in normal form."""
        return normal_form(self.cleaned_data["number"])

    def clean_uscc(self) -> str:
        """Return the credit code in normal form."""
        return check_credit_code(self.cleaned_data["uscc"])


class OpinionForm(Form):
    """A reviewer's decision."""

    text = forms.CharField(
        label="审核意见", max_length=300,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": "3"}),
    )  # fmt: skip

    def clean_text(self) -> str:
        """Return the opinion without outer blanks."""
        words = str(self.cleaned_data["text"]).strip()
        if not words:
            raise ValidationError("请填写审核意见")
        return words
