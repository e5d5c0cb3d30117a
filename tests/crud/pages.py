"""A list page of departments for the tests of kernel.crud, with everything that a page can declare."""

from __future__ import annotations

from typing import Any

from django import forms

from yingan.accounts.models import Role
from yingan.config.urls import urlpatterns as site
from yingan.enterprises.models import Department
from yingan.kernel.crud import Column, CrudPage, crud_urls


class DepartmentForm(forms.ModelForm[Department]):
    """A department as its page edits it."""

    class Meta:
        model = Department
        fields = ("name", "kind", "parent", "head_name", "phone", "duties", "position")

    def clean_name(self) -> str:
        """Refuse one word, so that a rule of the form has a test."""
        name: str = self.cleaned_data["name"]
        if name == "禁用":
            raise forms.ValidationError("这个名称不能使用")
        return name


class Refusal(Exception):
    """The service's own refusal."""


def delete_department(row: Any, *, by: Any) -> None:
    """Delete a department, unless its name says no."""
    if row.name == "留":
        raise Refusal("这个部门要留着")
    row.delete()


DEPARTMENTS = CrudPage(
    slug="test-departments",
    path="test/departments/",
    model=Department,
    form=DepartmentForm,
    columns=(
        Column("name", card="title"),
        Column("kind", tags={"workshop": ("run", "building-factory")}, card="state"),
        "parent",
        "head_name",
        Column("position", is_number=True),
    ),
    filters=("kind", "parent"),
    search=("name", "head_name"),
    ordering=("position", "pk"),
    edit_roles=(Role.ENTERPRISE_ADMIN,),
    hint="先建立车间和职能部门，再登记人员。",
    delete=delete_department,
    refusals=(Refusal,),
    sections=(("一、基本信息", ("name", "kind", "parent")), ("二、管理信息", ("head_name", "phone", "duties"))),
    notes=("上级部门须已存在。",),
)
PLAIN = CrudPage(
    slug="test-plain",
    path="test/plain/",
    model=Department,
    form=DepartmentForm,
    columns=("name",),
    edit_roles=(Role.ENTERPRISE_ADMIN,),
    view_roles=(Role.ENTERPRISE_ADMIN,),
)

SIMPLE = CrudPage(
    slug="test-simple",
    path="test/simple/",
    model=Department,
    form=DepartmentForm,
    columns=("name",),
    edit_roles=(Role.ENTERPRISE_ADMIN,),
)

urlpatterns = [*site, *crud_urls(DEPARTMENTS), *crud_urls(PLAIN, without={"import", "delete"}), *crud_urls(SIMPLE)]
