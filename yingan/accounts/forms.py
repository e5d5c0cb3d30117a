"""What one form of sign-in and account can check."""

from __future__ import annotations

from typing import Any

from django import forms

from yingan.accounts import passwords
from yingan.accounts.models import User
from yingan.kernel.identifiers import check_phone

MOST = 1024  # characters that a password field accepts before the policy speaks


def password_field(label: str, *, new: bool) -> forms.CharField:
    """Return a field that neither trims nor cuts and may be pasted into."""
    complete = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": complete, "class": "form-control"})
    return forms.CharField(label=label, max_length=MOST, strip=False, widget=widget)


class SignInForm(forms.Form):
    """企业个人入口."""

    username = forms.CharField(label="账号", max_length=40)
    password = password_field("密码", new=False)
    answer = forms.CharField(label="验证", max_length=4, required=False)
    remember = forms.BooleanField(label="记住账号", required=False)
    next = forms.CharField(required=False)


class NewPasswordForm(forms.Form):
    """A new password, typed twice, judged by the policy for its person."""

    new_password = password_field("新密码", new=True)
    repeated = password_field("确认新密码", new=True)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_new_password(self) -> str:
        """Judge the password."""
        password = str(self.cleaned_data["new_password"])
        passwords.check(password, self.user)
        return password

    def clean_repeated(self) -> str:
        """Compare the two."""
        repeated = str(self.cleaned_data["repeated"])
        if self.data.get(self.add_prefix("new_password")) != repeated:
            raise forms.ValidationError("两次输入的密码不一致，请重新输入")
        return repeated


class ChangePasswordForm(NewPasswordForm):
    """修改密码: with the old one, unless 法人用户登录 was passed just now."""

    old_password = password_field("原密码", new=False)
    field_order = ["old_password", "new_password", "repeated"]

    def __init__(self, *args: Any, skips_old: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if skips_old:
            del self.fields["old_password"]

    def clean_old_password(self) -> str:
        """Check the old password."""
        old = str(self.cleaned_data["old_password"])
        if not self.user.check_password(old):
            raise forms.ValidationError("原密码不正确，请重新输入；忘记原密码时可退出后重设")
        return old


class SlipCodeForm(forms.Form):
    """The code of a printed slip, with its account."""

    username = forms.CharField(label="账号", max_length=40)
    code = forms.CharField(label="激活码", max_length=20)


class ProfileForm(forms.ModelForm[User]):
    """What people may change of themselves; name, role and department are the administrator's."""

    class Meta:
        model = User
        fields = ["phone", "email", "job"]

    phone = forms.CharField(label="手机", max_length=20)

    def clean_phone(self) -> str:
        """Return the phone in its normal form."""
        return check_phone(self.cleaned_data["phone"])
