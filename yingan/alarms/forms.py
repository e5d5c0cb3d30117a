"""What people type about an alarm, and what they ask of the list."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import django_filters as filters
from django import forms
from django.db.models import Q

from yingan.alarms.models import Alarm, Rule
from yingan.alarms.services.answers import MOST_PHOTOS
from yingan.kernel import files
from yingan.kernel.lists import PageFilterSet
from yingan.regions.models import Region
from yingan.telemetry.models import Point

if TYPE_CHECKING:
    from django.db.models import QuerySet

PICTURES = {"jpg", "png"}


class PhotoInput(forms.FileInput):
    """Several pictures; a phone offers its camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Pictures of a form; the clean value is a list of `files.Content`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", PhotoInput(attrs={"accept": "image/jpeg,image/png", "multiple": True}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the checked pictures; none for an empty field."""
        uploads = [upload for upload in (data if isinstance(data, (list, tuple)) else [data]) if upload]
        if len(uploads) > MOST_PHOTOS:
            raise forms.ValidationError(f"最多选择 {MOST_PHOTOS} 张照片")
        checked = [files.inspect(super(PhotosField, self).clean(upload, initial)) for upload in uploads]
        if any(content.kind not in PICTURES for content in checked):
            raise forms.ValidationError("照片只能是 jpg 或 png 图片")
        return checked


class AnswerForm(forms.Form):
    """What was the reason of an alarm, and what was done (处理)."""

    reason = forms.ChoiceField(label="报警原因", choices=[("", "请选择"), *Alarm.Reason.choices])
    measure = forms.CharField(
        label="处置措施",
        max_length=200,
        widget=forms.Textarea(
            attrs={"rows": 2, "maxlength": 200, "placeholder": "例如：已停止进料，关闭进口阀，现场撤人并复测"}
        ),
        error_messages={"required": "请填写处置措施"},
    )
    photos = PhotosField(
        label="现场照片", required=False, help_text=f"jpg、png，最多 {MOST_PHOTOS} 张，每张 10 MB 以内"
    )
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 1, "maxlength": 200})
    )


class AlarmQuery(PageFilterSet):
    """The query form of the list."""

    q = filters.CharFilter(label="设备/位号", method="search")
    kind = filters.ChoiceFilter(
        label="监测项", field_name="point__kind", choices=Point.Kind.choices, empty_label="全部"
    )
    rule = filters.ChoiceFilter(label="报警等级", choices=Rule.choices, empty_label="全部")
    major = filters.ChoiceFilter(
        label="重大危险源", field_name="point__is_major_hazard", choices=(("1", "是"), ("0", "否")), empty_label="全部"
    )

    class Meta:
        model = Alarm
        fields = ["raised_at"]

    def search(self, rows: QuerySet[Alarm], _name: str, text: str) -> QuerySet[Alarm]:
        """Return the alarms whose equipment, point or tag contains the text."""
        names = ("point__tag", "point__name", "equipment__name")
        return rows.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in names)))


def counties_for(request: Any) -> QuerySet[Region]:
    """Return the counties of the officer's division."""
    scope = request.user.scope
    return Region.objects.filter(level=Region.Level.COUNTY, code__range=(scope.region_from or 0, scope.region_to or 0))


class OfficerAlarmQuery(AlarmQuery):
    """The query form for officers: also by enterprise and county."""

    enterprise = filters.CharFilter(label="企业名称", field_name="enterprise__name", lookup_expr="icontains")
    county = filters.ModelChoiceFilter(
        label="区县", field_name="enterprise__region", queryset=counties_for, empty_label="全部"
    )

    class Meta(AlarmQuery.Meta):
        pass
