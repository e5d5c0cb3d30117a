"""Who may change what of the monitoring: 企业管理员 everything, 部门负责人 the equipment of the own department."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yingan.accounts.models import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import _User

    from yingan.telemetry.models import Equipment

EDITORS = (Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD)


def may_edit(user: _User, equipment: Equipment) -> bool:
    """Tell whether the user may change a piece of equipment and its points."""
    if user.enterprise_id is None or user.enterprise_id != equipment.enterprise_id:
        return False
    if user.has_role(Role.ENTERPRISE_ADMIN):
        return True
    own = equipment.department_id is not None and equipment.department_id == user.department_id
    return bool(user.has_role(Role.DEPARTMENT_HEAD) and own)
