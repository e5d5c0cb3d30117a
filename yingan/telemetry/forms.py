"""Forms of master data: gateways, equipment, points. What several rows or the time decide is in `services`."""

from __future__ import annotations

from typing import Any

from django import forms

from yingan.accounts.models import Role
from yingan.telemetry.models import Equipment, Gateway, Point
from yingan.telemetry.ownership import may_edit
from yingan.telemetry.services.points import JUDGED_BY

GASES = {Point.Kind.COMBUSTIBLE_GAS, Point.Kind.TOXIC_GAS}


class GatewayForm(forms.ModelForm[Gateway]):
    """A gateway as a person registers it; its credentials are made by the server."""

    class Meta:
        model = Gateway
        fields = [
            "code", "name", "vendor", "category", "model", "ip_address", "port", "netmask", "route", "location",
            "installed_on", "interval_s",
        ]  # fmt: skip
        widgets = {"installed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class EquipmentForm(forms.ModelForm[Equipment]):
    """A piece of equipment; 部门负责人 registers those of the own department."""

    user: Any = None

    class Meta:
        model = Equipment
        fields = [
            "code", "name", "kind", "medium", "state", "department", "location", "longitude", "latitude", "description",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Keep a 部门负责人 within the own department."""
        data = super().clean() or {}
        if self.user is None or not self.user.has_role(Role.DEPARTMENT_HEAD):
            return data
        department = data.get("department") or getattr(self.user.membership, "department", None)
        if department is None or department.pk != self.user.department_id:
            self.add_error("department", "部门负责人只能维护本部门的设备，请选择您所在的部门")
        data["department"] = department
        return data


class PointForm(forms.ModelForm[Point]):
    """A measuring point; changing what it is judged by needs a reason."""

    user: Any = None
    reason = forms.CharField(
        label="修改原因", max_length=200, required=False, help_text="修改阈值、量程、死区或延时时必填，记入修改记录"
    )

    class Meta:
        model = Point
        fields = [
            "name", "equipment", "kind", "unit", "tag", "gateway", "source_tag", "range_low", "range_high",
            "low_low", "low", "high", "high_high", "deadband", "on_delay_s", "off_delay_s", "is_major_hazard",
            "description",
        ]  # fmt: skip
        help_texts = {
            "unit": "例如 m、℃、MPa、%LEL",
            "source_tag": "网关报文中的位号，与位号相同时不填",
            "deadband": "与单位相同；不填为阈值的 1%",
            "gateway": "接入后不能更换",
        }

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, field in self.fields.items():
            if isinstance(field, forms.FloatField):
                field.widget.attrs |= {"step": "any", "inputmode": "decimal", "class": "ya-w-120"}
                value = self.initial.get(name)
                if isinstance(value, float) and value.is_integer():
                    self.initial[name] = int(value)  # shown as it was typed: 10, not 10.0
        for name in ("on_delay_s", "off_delay_s"):
            self.fields[name].required = False
        if self.instance.pk is None:
            self.fields["reason"].widget = forms.HiddenInput()

    def clean_on_delay_s(self) -> float:
        """Take an empty delay for none."""
        return float(self.cleaned_data.get("on_delay_s") or 0)

    def clean_off_delay_s(self) -> float:
        """Take an empty delay for none."""
        return float(self.cleaned_data.get("off_delay_s") or 0)

    def clean(self) -> dict[str, Any]:
        """Check what one point must keep by itself."""
        data = super().clean() or {}
        data["source_tag"] = data.get("source_tag") or data.get("tag", "")
        for name in ("low_low", "low"):
            if data.get("kind") in GASES and data.get(name) is not None:
                self.add_error(name, "气体指标只设高报和高高报，请清空")
        equipment = data.get("equipment")
        if equipment is not None and self.user is not None and not may_edit(self.user, equipment):
            self.add_error("equipment", "部门负责人只能维护本部门设备的指标，请选择本部门的设备")
        if self.instance.pk and not data.get("reason", "").strip() and set(self.changed_data) & set(JUDGED_BY):
            self.add_error("reason", "请填写修改原因：阈值、量程、死区或延时有变化")
        return data
