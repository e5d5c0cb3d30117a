"""What the forms of an account can check alone."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from identity.people import throttle
from identity.people.models import EnterpriseType, Kind, Person
from identity.people.passwords import LONGEST
from identity.people.services import Details
from yingan.kernel import clock
from yingan.kernel.identifiers import check_credit_code, check_id_number, check_phone, normal_form
from yingan.kernel.sealed import blind_index

REGISTERED = "统一社会信用代码已注册"
USER_NAME = RegexValidator(r"^[A-Za-z][A-Za-z0-9_]{3,15}$", "请输入 4–16 位字母、数字或下划线，以字母开头")
SIX_DIGITS = RegexValidator(r"^\d{6}$", "请输入短信中的 6 位数字")
CREDIT_CODE_LENGTH = 18


def normal_account(typed: str) -> str:
    """Return what a person typed as account in the form in which it is stored."""
    bare = normal_form(typed)
    if len(bare) == CREDIT_CODE_LENGTH:
        return bare
    try:
        return check_phone(typed)
    except ValidationError:
        return typed.strip().lower()


def text(**attributes: str) -> forms.TextInput:
    """Return a text control with these HTML attributes."""
    return forms.TextInput(attrs={"class": "form-control", **attributes})


def secret(autocomplete: str) -> forms.PasswordInput:
    """Return a password control that takes pasted text and keeps nothing."""
    return forms.PasswordInput(attrs={"class": "form-control", "autocomplete": autocomplete})


class Form(forms.Form):
    """A form that says of every empty field what to do, and lists its errors in the order of its page."""

    order: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.order)
        for field in self.fields.values():
            verb = "请选择" if isinstance(field, forms.ChoiceField) else "请输入"
            verb = "请上传" if isinstance(field, forms.FileField) else verb
            if not isinstance(field, forms.BooleanField):
                field.error_messages["required"] = f"{verb}{field.label}"


class NewPassword(Form):
    """A new password, twice. `owner()` says whose words it must not contain."""

    password = forms.CharField(
        label="登录密码", max_length=LONGEST, strip=False, widget=secret("new-password"),
        help_text="至少 12 位；可用词组，请勿与其他网站相同",
    )  # fmt: skip
    repeated = forms.CharField(label="确认密码", max_length=LONGEST, strip=False, widget=secret("new-password"))

    def owner(self) -> Person | None:
        """Return the person for whom the password is meant."""
        return None

    def clean(self) -> dict[str, Any]:
        """Check the password against the policy and its repetition."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        password, repeated = data.get("password"), data.get("repeated")
        if password and repeated and password != repeated:
            self.add_error("repeated", "两次输入的密码不一致，请重新输入")
        if password:
            try:
                password_validation.validate_password(password, self.owner())
            except ValidationError as refusal:
                self.add_error("password", refusal)
        return data


class Registration(NewPassword):
    """What both kinds of registration ask: who, which phone, which password."""

    kind: Kind

    real_name = forms.CharField(label="真实姓名", max_length=50, widget=text(autocomplete="name"))
    id_number = forms.CharField(label="身份证号", max_length=30, widget=text(autocomplete="off"))
    phone = forms.CharField(label="手机号", max_length=20, widget=text(inputmode="tel", autocomplete="tel"))
    code = forms.CharField(
        label="短信验证码", validators=[SIX_DIGITS],
        widget=text(inputmode="numeric", autocomplete="one-time-code", maxlength="6"),
    )  # fmt: skip
    email = forms.EmailField(
        label="电子邮箱", required=False, help_text="选填，用于接收帐号安全通知",
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "email"}),
    )  # fmt: skip
    agreed = forms.BooleanField(
        label="注册协议", error_messages={"required": "请阅读并同意《注册协议》"},
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def clean_id_number(self) -> str:
        """Return the id number in normal form, its check digit being right."""
        return check_id_number(self.cleaned_data["id_number"], today=clock.today())

    def clean_phone(self) -> str:
        """Return the phone in normal form."""
        return check_phone(self.cleaned_data["phone"])

    def account(self) -> str:
        """Return the account name that will be registered."""
        raise NotImplementedError

    def owner(self) -> Person:
        """Return the person that this form would make."""
        given = {name: self.cleaned_data.get(name, "") for name in ("real_name", "id_number", "phone", "email")}
        name = self.cleaned_data.get("enterprise_name", "")
        return Person(kind=self.kind, username=self.account(), enterprise_name=name, **given)

    def details(self) -> Details:
        """Return what was given, for the service."""
        data = self.cleaned_data
        return Details(
            kind=self.kind,
            username=self.account(),
            real_name=data["real_name"],
            id_number=data["id_number"],
            phone=data["phone"],
            password=data["password"],
            email=data["email"],
            enterprise_name=data.get("enterprise_name", ""),
            enterprise_type=data.get("enterprise_type", ""),
        )


class LegalPersonForm(Registration):
    """法人注册."""

    kind = Kind.LEGAL
    order = (
        "uscc",
        "enterprise_name",
        "real_name",
        "id_number",
        "enterprise_type",
        "email",
        "phone",
        "code",
        "password",
    )

    uscc = forms.CharField(
        label="统一社会信用代码", max_length=30, widget=text(autocomplete="off", placeholder="营业执照上的 18 位代码")
    )
    enterprise_name = forms.CharField(label="企业名称", max_length=200, widget=text(autocomplete="organization"))
    enterprise_type = forms.ChoiceField(
        label="企业类型", required=False, choices=[("", "请选择"), *EnterpriseType.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("real_name", "法定代表人姓名"), ("id_number", "法人身份证号")):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请输入{label}"

    def clean_uscc(self) -> str:
        """Return the credit code, right and not yet registered."""
        code = check_credit_code(self.cleaned_data["uscc"])
        if Person.objects.filter(username=code).exists():
            raise ValidationError(REGISTERED, code="registered")
        return code

    def account(self) -> str:
        """Return the credit code."""
        return str(self.cleaned_data.get("uscc", ""))


class NaturalPersonForm(Registration):
    """自然人注册."""

    kind = Kind.NATURAL
    order = ("real_name", "id_number", "username", "email", "phone", "code", "password")

    username = forms.CharField(
        label="用户名", validators=[USER_NAME], help_text="登录时可用用户名或手机号",
        widget=text(autocomplete="username", placeholder="4–16 位字母、数字或下划线"),
    )  # fmt: skip

    def clean_username(self) -> str:
        """Return the user name, in small letters and not yet taken."""
        name = str(self.cleaned_data["username"]).lower()
        if Person.objects.filter(username=name).exists():
            raise ValidationError("用户名已被使用，请更换", code="registered")
        return name

    def clean_phone(self) -> str:
        """Return the phone, not yet bound to another natural person."""
        phone = super().clean_phone()
        if Person.objects.filter(kind=Kind.NATURAL, phone_index=blind_index(phone)).exists():
            raise ValidationError("手机号已注册", code="registered")
        return phone

    def account(self) -> str:
        """Return the user name."""
        return str(self.cleaned_data.get("username", ""))


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Account and password, and after some failures a small sum."""

    answer = forms.CharField(
        label="验证问题", required=False, max_length=4, widget=text(inputmode="numeric", autocomplete="off")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "账号"
        self.fields["login"].widget = text(autocomplete="username", placeholder="统一社会信用代码、手机号或用户名")
        self.fields["password"].label = "密码"
        self.fields["password"].widget = secret("current-password")
        self.fields["login"].error_messages["required"] = "请输入账号"
        self.fields["password"].error_messages["required"] = "请输入密码"

    def clean_login(self) -> str:
        """Return the user name under which the account is stored; an unknown one stays as it was typed."""
        account = normal_account(self.cleaned_data["login"])
        person = Person.objects.by_account(account)
        return person.username if person else account

    def clean(self) -> dict[str, Any]:
        """Check the sum first, where one is due, then the password."""
        account = self.cleaned_data.get("login", "")
        due = bool(account) and throttle.Guess(self.request, account).needs_challenge
        if due and not throttle.solves_challenge(self.request, self.cleaned_data.get("answer", "")):
            raise ValidationError("请回答下面的验证问题后再登录", code="challenge")
        data: dict[str, Any] = super().clean()
        return data

    def challenge(self) -> str:
        """Return the next sum for the page, or nothing while none is due."""
        account = getattr(self, "cleaned_data", {}).get("login", "")
        if account and throttle.Guess(self.request, account).needs_challenge:
            return throttle.new_challenge(self.request)
        return ""


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """修改密码."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        controls = {
            "oldpassword": ("原密码", "current-password"),
            "password1": ("新密码", "new-password"),
            "password2": ("确认新密码", "new-password"),
        }
        for name, (label, autocomplete) in controls.items():
            self.fields[name].label = label
            self.fields[name].widget = secret(autocomplete)
            self.fields[name].help_text = ""
        self.fields["password1"].help_text = "至少 12 位；可用词组，请勿与其他网站相同"


class PhoneForm(Form):
    """更换手机号."""

    phone = forms.CharField(label="新手机号", max_length=20, widget=text(inputmode="tel", autocomplete="tel"))
    code = forms.CharField(
        label="短信验证码", validators=[SIX_DIGITS],
        widget=text(inputmode="numeric", autocomplete="one-time-code", maxlength="6"),
    )  # fmt: skip

    def clean_phone(self) -> str:
        """Return the phone in normal form."""
        return check_phone(self.cleaned_data["phone"])
