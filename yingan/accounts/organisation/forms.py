"""What one form of 用户组织管理 can check; the user form is also every row of the import."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms

from yingan.accounts.models import Membership, User
from yingan.enterprises.models import Department
from yingan.kernel.identifiers import check_phone

ACCOUNT = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]{3,29}$")


class DepartmentForm(forms.ModelForm[Department]):
    """A node of the organisation tree."""

    class Meta:
        model = Department
        fields = ("name", "kind", "parent", "head_name", "phone", "position", "duties")


class MemberForm(forms.ModelForm[Membership]):
    """A user of the enterprise. There is no password: it is set by the activation slip."""

    username = forms.CharField(
        label="账号", max_length=30, help_text="4～30 位，字母开头，可用字母、数字、点、横线和下划线；建好后不能改"
    )
    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="手机", max_length=20)
    job = forms.CharField(label="岗位（职务）", max_length=60, required=False)
    email = forms.EmailField(label="邮箱", required=False)

    class Meta:
        model = Membership
        fields = ("department", "role")

    field_order = ("username", "name", "phone", "department", "role", "job", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].required = True
        if self.instance.pk:
            user = self.instance.user
            self.initial.update({name: getattr(user, name) for name in ("username", "name", "phone", "job", "email")})
            self.fields["username"].disabled = True
            self.fields["department"].required = bool(self.instance.department_id)

    def clean_username(self) -> str:
        """Return the account name; a name that looks like a credit code belongs to the administrator alone."""
        name = unicodedata.normalize("NFKC", self.cleaned_data["username"]).strip()
        if self.instance.pk:
            return name
        if not ACCOUNT.match(name):
            raise forms.ValidationError("账号应为 4～30 位，以字母开头，只用字母、数字、点、横线和下划线。")
        if User.objects.filter(username=name).exists():
            raise forms.ValidationError("该账号不可用，请换一个。")
        return name

    def clean_phone(self) -> str:
        """Return the phone in its normal form."""
        return check_phone(self.cleaned_data["phone"])
