"""The lists of 用户组织管理 as data."""

from __future__ import annotations

from yingan.accounts.models import Membership, Role
from yingan.accounts.organisation import services
from yingan.accounts.organisation.forms import DepartmentForm, MemberForm
from yingan.enterprises.models import Department
from yingan.kernel.crud import Column, CrudPage

INSIDE = (Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD)

MEMBERS = CrudPage(
    slug="member",
    path="organisation/users/",
    title="用户",
    model=Membership,
    form=MemberForm,
    columns=(
        Column("user__username", "账号", card="meta", sort=("user__username",)),
        Column("user__name", "姓名", card="title", sort=("user__name",)),
        "department",
        Column("role", card="main"),
        Column("masked_phone", "手机"),
        Column("user__job", "岗位（职务）"),
        Column(
            "account_state",
            "状态",
            card="state",
            tags={"active": ("ok", "circle-check"), "new": ("warn", "clock"), "disabled": ("off", "ban")},
        ),
        Column("user__last_login", "最近登录", sort=("user__last_login",)),
    ),
    filters=("user__name", "user__username", "department", "role"),
    ordering=("department__position", "id"),
    edit_roles=(Role.ENTERPRISE_ADMIN,),
    view_roles=INSIDE,
    hint="先建部门，再逐个新增，或下载模板批量导入；建好后打印激活单交给本人。",
    effect="账号将停用并移出本企业，该用户以往的填报和处理记录保留。",
    notes=("账号建好后不能修改。", "不要在表中填写密码：导入后打印激活单，由本人设置密码。"),
    save=services.save_member,
    save_many=services.save_members,
    delete=services.remove_member,
    refusals=(services.Refused,),
)

DEPARTMENTS = CrudPage(
    slug="department",
    path="organisation/departments/",
    title="部门与安全生产机构",
    model=Department,
    form=DepartmentForm,
    columns=(Column("name", card="title"), Column("kind", card="state"), "parent", "head_name", "phone", "position"),
    filters=("name", "kind"),
    ordering=("position", "id"),
    edit_roles=(Role.ENTERPRISE_ADMIN,),
    view_roles=INSIDE,
    hint="至少建一个安全生产机构，双控管理才能使用。",
    save=services.save_department,
    refusals=(services.Refused,),
)
