"""Writing departments and users of an enterprise. A user is disabled, never erased: what they did stays theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from yingan.accounts.models import Membership, Role, User
from yingan.kernel import audit, sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yingan.enterprises.models import Department

PERSONAL = ("name", "email", "job")


class Refused(Exception):
    """The organisation does not allow it; the message says why and is fit to show."""


@transaction.atomic
def save_department(row: Department, *, by: User, data: Mapping[str, Any]) -> Department:
    """Save a department, new or changed.

    :raises Refused: if it would stand below itself
    """
    above = row.parent
    while above is not None:
        if above.pk == row.pk:
            raise Refused("上级部门不能是本部门或本部门的下级，请重新选择。")
        above = above.parent
    verb = "add" if row.pk is None else "change"
    row.save()
    audit.record(f"organisation.department.{verb}", by=by, subject=row, detail={"name": row.name})
    return row


@transaction.atomic
def save_member(row: Membership, *, by: User, data: Mapping[str, Any]) -> Membership:
    """Save a user and their place in the enterprise. A new one has no password until the activation slip is used.

    :raises Refused: if the enterprise would be left without an administrator
    """
    if row.pk is None:
        return save_members([(row, data)], by=by)[0]
    user = row.user
    for name in PERSONAL:
        setattr(user, name, data.get(name, ""))
    _set_phone(user, data.get("phone", ""))
    user.save(update_fields=[*PERSONAL, "phone", "phone_index"])
    row.save(update_fields=["role", "department"])
    _demand_an_administrator(row.enterprise_id)
    audit.record("organisation.member.change", by=by, subject=row, detail=_facts(row))
    return row


@transaction.atomic
def save_members(rows: Sequence[tuple[Membership, Mapping[str, Any]]], *, by: User) -> list[Membership]:
    """Save new users with their places, each with what was typed about them.

    :raises Refused: if an account name stands twice or is taken
    """
    names = [str(data["username"]) for _, data in rows]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    taken |= {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    if taken:
        raise Refused(f"账号{'、'.join(sorted(taken)[:5])}不可用或在表中重复，请换一个账号。")
    users = User.objects.bulk_create([_new_user(data) for _, data in rows])
    for (member, _), user in zip(rows, users, strict=True):
        member.user = user
    members = Membership.unscoped.bulk_create([member for member, _ in rows])
    for member in members[:1] if len(members) == 1 else []:
        audit.record("organisation.member.add", by=by, subject=member, detail=_facts(member))
    if len(members) > 1:
        owner = members[0].enterprise_id
        audit.record("organisation.member.import", by=by, enterprise_id=owner, detail={"n": len(members)})
    return members


@transaction.atomic
def set_active(member: Membership, *, active: bool, by: User) -> None:
    """Enable or disable a person's account; a disabled one is signed out with the next request.

    :raises Refused: if it is oneself, or the last administrator
    """
    if member.user_id == by.pk:
        raise Refused("不能停用自己的账号，请由另一位企业管理员操作。")
    User.objects.filter(pk=member.user_id).update(is_active=active)
    member.user.is_active = active
    _demand_an_administrator(member.enterprise_id)
    verb = "enable" if active else "disable"
    audit.record(f"organisation.member.{verb}", by=by, subject=member, detail=_facts(member))


@transaction.atomic
def remove_member(row: Membership, *, by: User) -> None:
    """Take a person out of the enterprise: their account is disabled and their place ends.

    :raises Refused: if it is oneself, or the last administrator
    """
    if row.user_id == by.pk:
        raise Refused("不能删除自己的账号，请由另一位企业管理员操作。")
    audit.record("organisation.member.remove", by=by, subject=row, detail=_facts(row))
    User.objects.filter(pk=row.user_id).update(is_active=False)
    owner = row.enterprise_id
    row.delete()
    _demand_an_administrator(owner)


def _new_user(data: Mapping[str, Any]) -> User:
    user = User(username=data["username"])
    for name in PERSONAL:
        setattr(user, name, data.get(name, ""))
    _set_phone(user, data.get("phone", ""))
    user.set_unusable_password()
    return user


def _set_phone(user: User, phone: str) -> None:
    user.phone = phone
    user.phone_index = sealed.blind_index(phone) if phone else ""


def _demand_an_administrator(enterprise_id: int) -> None:
    """Refuse what would leave the enterprise without an administrator who can sign in."""
    administrators = Membership.unscoped.filter(
        enterprise_id=enterprise_id, role=Role.ENTERPRISE_ADMIN, user__is_active=True
    )
    if not administrators.exists():
        raise Refused("至少要保留一位启用的企业管理员，请先指定另一位。")


def _facts(member: Membership) -> dict[str, Any]:
    return {"user": member.user_id, "role": member.role, "department": member.department_id}
