"""Setting and changing one's own password and profile. Nobody sets another's (security S09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction

from yingan.accounts import passwords, sessions
from yingan.accounts.models import ActivationSlip, PasswordRecord, User
from yingan.kernel import audit, sealed
from yingan.notifications import services as notifications

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest


@transaction.atomic
def set_password(user: User, password: str, *, now: dt.datetime, keep: str | None = None) -> None:
    """Give the person a new password; all sessions but the one with the key `keep` end and open slips are void.

    :raises ValidationError: if the policy does not allow it (passwords.check)
    """
    passwords.check(password, user)
    had_one = user.has_usable_password()
    user.set_password(password)
    user.password_changed_at = now
    user.save(update_fields=["password", "password_changed_at"])
    PasswordRecord.objects.create(user=user, password=user.password, set_at=now)
    kept = PasswordRecord.objects.filter(user=user).values_list("pk", flat=True)[: settings.PASSWORD_POLICY["history"]]
    PasswordRecord.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    ActivationSlip.objects.filter(user=user, ended_at__isnull=True).update(ended_at=now)
    sessions.end_all(user, but=keep)
    audit.record("accounts.password.set", by=user, enterprise_id=user.enterprise_id)
    if had_one:
        notifications.notify(
            [user],
            title="登录密码已修改",
            body="您的登录密码刚刚修改，其他设备上的登录已全部结束。如非本人操作，请立即联系管理员重设。",
            url="/account/sessions/",
            sms=True,
        )


def change_password(request: HttpRequest, user: User, password: str, *, now: dt.datetime) -> None:
    """Change the password in the running session, which goes on under a new id.

    :raises ValidationError: if the policy does not allow it
    """
    old = request.session.session_key
    set_password(user, password, now=now, keep=old)
    update_session_auth_hash(request, user)
    sessions.move(old or "", request.session.session_key or "")


@transaction.atomic
def save_profile(user: User, *, phone: str, email: str, job: str) -> None:
    """Change what people may change of themselves; the old phone hears of a new one."""
    former = User.objects.values_list("phone", flat=True).get(pk=user.pk)
    user.phone, user.phone_index, user.email, user.job = phone, sealed.blind_index(phone), email, job
    user.save(update_fields=["phone", "phone_index", "email", "job"])
    audit.record("accounts.profile.change", by=user, enterprise_id=user.enterprise_id)
    if former and former != phone:
        notifications.send_sms(former, "您在应急管理平台登记的手机号已更换。如非本人操作，请立即联系管理员。")
