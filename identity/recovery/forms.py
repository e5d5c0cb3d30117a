"""What the forms of a forgotten password can check alone."""

from django import forms

from identity.people.forms import SIX_DIGITS, Form, NewPassword, normal_account, text
from identity.people.models import Person
from yingan.kernel.identifiers import check_id_number


class AccountForm(Form):
    """Step ①: which account."""

    account = forms.CharField(
        label="统一社会信用代码", max_length=40, help_text="自然人请输入用户名或手机号",
        widget=text(autocomplete="username", placeholder="营业执照上的 18 位代码"),
    )  # fmt: skip

    def clean_account(self) -> str:
        """Return the account in normal form, whether it exists or not."""
        return normal_account(self.cleaned_data["account"])


class ProofForm(Form):
    """Step ②: the code, and the id number of the legal person."""

    code = forms.CharField(
        label="短信验证码", validators=[SIX_DIGITS],
        widget=text(inputmode="numeric", autocomplete="one-time-code", maxlength="6"),
    )  # fmt: skip
    id_number = forms.CharField(
        label="法人身份证号", max_length=30, help_text="自然人请输入本人身份证号", widget=text(autocomplete="off")
    )

    def clean_id_number(self) -> str:
        """Return the id number in normal form."""
        return check_id_number(self.cleaned_data["id_number"])


class SecondFactorForm(Form):
    """Step ② of an account with a second factor."""

    code = forms.CharField(
        label="二次验证码", max_length=20, help_text="验证器当前显示的 6 位数字，或一个恢复码",
        widget=text(inputmode="numeric", autocomplete="one-time-code"),
    )  # fmt: skip


class PasswordForm(NewPassword):
    """Step ③: the new password."""

    def __init__(self, data: dict[str, str] | None, *, person: Person) -> None:
        super().__init__(data)
        self.person = person
        self.fields["password"].label = "新密码"
        self.fields["repeated"].label = "确认新密码"

    def owner(self) -> Person:
        """Return the person whose password it will be."""
        return self.person
