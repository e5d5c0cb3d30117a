"""企业注册信息 and the authority's decision."""

from __future__ import annotations

from typing import Any

from django import forms

from yingan.enterprises.models import Enterprise
from yingan.kernel.identifiers import check_phone
from yingan.onboarding import queries
from yingan.onboarding.models import SupervisionChange
from yingan.regions.models import Region, Trade

REQUIRED = (
    "name", "legal_person", "registered_address", "business_address", "town", "industry", "economic_type", "scale",
    "employee_count", "principal", "safety_officer", "operating_state", "trade", "office", "region",
)  # fmt: skip
INDUSTRIES = (
    "化学原料和化学制品制造业", "石油加工、炼焦业", "医药制造业", "危险化学品仓储业", "危险化学品经营", "金属冶炼",
    "机械制造", "建材", "轻工", "纺织", "烟草", "非煤矿山采选业", "煤矿开采",
)  # fmt: skip
ECONOMIC_TYPES = (
    "国有企业",
    "集体企业",
    "有限责任公司",
    "股份有限公司",
    "私营企业",
    "港澳台商投资企业",
    "外商投资企业",
    "个体工商户",
)


def phone_field(label: str) -> forms.CharField:
    """Return a required field of a mobile number."""
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))


class RegistrationForm(forms.ModelForm[Enterprise]):
    """企业注册信息 (screens §4.3d): counties follow the city, offices the county and 监管类型."""

    city = forms.ModelChoiceField(Region.objects.none(), label="市（州）", empty_label="请选择")
    legal_person_phone = phone_field("法人手机")
    principal_phone = phone_field("主要负责人手机")
    safety_officer_phone = phone_field("安全负责人手机")
    reason = forms.CharField(label="变更原因", max_length=300, required=False)

    class Meta:
        model = Enterprise
        fields = [
            "name", "legal_person", "legal_person_phone", "registered_address", "business_address", "city", "region",
            "town", "longitude", "latitude", "industry", "economic_type", "scale", "founded_on", "business_scope",
            "employee_count", "principal", "principal_phone", "safety_officer", "safety_officer_phone", "duty_phone",
            "trade", "office", "operating_state", "reason",
        ]  # fmt: skip
        widgets: dict[str, Any] = {
            "founded_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "business_scope": forms.Textarea(attrs={"rows": 2}),
            "industry": forms.TextInput(attrs={"list": "industries"}),
            "economic_type": forms.TextInput(attrs={"list": "economic-types"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in REQUIRED:
            self.fields[name].required = True
        kept = self.instance
        self.as_it_was = (kept.supervision_state, kept.trade, kept.office_id)  # _post_clean writes onto the instance
        region = self.instance.region
        self.fields["city"].initial = region.parent_id if region else None
        self._narrow(*self._chosen())

    def _chosen(self) -> tuple[Region | None, Region | None, str]:
        """Return city, county and 监管类型 as typed, else as they are."""
        region = self.instance.region
        if not self.is_bound:
            return (region.parent if region else None), region, self.instance.trade or ""
        city = queries.cities().filter(pk=_number(self.data.get("city"))).first()
        county = queries.counties(city).filter(pk=_number(self.data.get("region"))).first()
        trade = self.data.get("trade", "")
        return city, county, trade if trade in Trade.values else ""

    def _narrow(self, city: Region | None, county: Region | None, trade: str) -> None:
        choices: dict[str, Any] = {
            "city": queries.cities(),
            "region": queries.counties(city),
            "office": queries.offices(county, trade),
        }
        for name, rows in choices.items():
            field: Any = self.fields[name]
            field.queryset, field.empty_label = rows, "请选择"
        region: Any = self.fields["region"]
        region.label = "县（市、区）"
        if county is not None and not self.instance.office_id and not self.is_bound:
            self.fields["office"].initial = queries.offices(county, trade).first()

    def clean_legal_person_phone(self) -> str:
        """Return the phone in its normal form."""
        return check_phone(self.cleaned_data["legal_person_phone"])

    def clean_principal_phone(self) -> str:
        """Return the phone in its normal form."""
        return check_phone(self.cleaned_data["principal_phone"])

    def clean_safety_officer_phone(self) -> str:
        """Return the phone in its normal form."""
        return check_phone(self.cleaned_data["safety_officer_phone"])

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where a confirmed or pending supervision is to change."""
        data = super().clean() or {}
        state, trade, office = self.as_it_was
        changes = state in ("pending", "confirmed") and (
            data.get("trade") != trade or getattr(data.get("office"), "pk", None) != office
        )
        if changes and data.get("office") and not data.get("reason"):
            self.add_error("reason", "变更监管类型或监管部门须经监管部门确认，请填写变更原因")
        return data


def _number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0


class DecisionForm(forms.Form):
    """The authority's opinion."""

    note = forms.CharField(label="意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ConfirmationFilter(forms.Form):
    """查询条件 of the confirmations."""

    q = forms.CharField(label="企业名称或信用代码", required=False, max_length=60)
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *SupervisionChange.Status.choices])
