"""The objects that addresses name: made once for each enterprise, with its name in every text (a canary)."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from yingan.accounts.models import Membership, Role
from yingan.accounts.tests import factories as people
from yingan.alarms.models import Alarm, AlarmEvent
from yingan.commitments.models import LayerReport
from yingan.commitments.tests import factories as commitments
from yingan.enterprises.models import Department
from yingan.enterprises.tests import factories as places
from yingan.help.models import Contact
from yingan.kernel import clock, files
from yingan.kernel.models import SheetImport
from yingan.notifications import services as notifications
from yingan.notifications.models import Message
from yingan.onboarding.models import SupervisionChange
from yingan.telemetry.tests import factories as devices

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise


BAD_SHEET = '{"labels": ["账号"], "rows": [[2, ["x"]]], "problems": [[2, "账号", "x", "账号太短"]]}'


def _pdf() -> bytes:
    writer, output = PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    writer.write(output)
    return output.getvalue()


def of_enterprise(owner: Enterprise, admin: User) -> dict[str, dict[str, Any]]:
    """Return thing → arguments of its address, made in one enterprise."""
    canary = owner.name
    department = places.department(owner, f"{canary}质检部")
    colleague = people.member(owner, Role.EMPLOYEE, department=department)
    member = Membership.unscoped.get(user=colleague)
    gateway = devices.gateway(owner, by=admin, name=f"{canary}网关")
    tank = devices.equipment(owner, name=f"{canary}储罐")
    point = devices.point(gateway, f"{canary}.LI", tank, name=f"{canary}液位")
    alarm = _alarm(owner, point, tank, canary)
    upload = SimpleUploadedFile(f"{canary}.pdf", _pdf(), "application/pdf")
    attachment = files.store(upload, enterprise_id=owner.pk, by=admin, purpose=canary)
    notifications.notify([admin], title=f"{canary}的消息", url="/alarms/")
    message = Message.objects.filter(recipient_id=admin.pk).latest("pk")
    promised = commitments.submitted(owner, admin, clock.today(), text=f"{canary}的承诺")
    line = places.department(owner, f"{canary}车间", kind=Department.Kind.WORKSHOP)
    report = LayerReport.unscoped.create(enterprise=owner, department=line, day=clock.today(), text=canary)
    imports = {
        f"{slug}-import": {
            "pk": SheetImport.unscoped.create(
                enterprise=owner, page=slug, file_name=f"{canary}.xlsx", by=admin, at=clock.now(), cells=BAD_SHEET,
                saved_count=0, failed_count=1,
            ).pk
        }
        for slug in ("member", "point", "equipment")
    }  # fmt: skip
    return {
        "department": {"pk": department.pk},
        "member": {"pk": member.pk},
        "gateway": {"pk": gateway.pk},
        "equipment": {"pk": tank.pk},
        "point": {"pk": point.pk},
        "alarm": {"pk": alarm.pk},
        "change": {"pk": _choice(owner, admin).pk},
        "commitment": {"pk": promised.pk},
        "report": {"pk": report.pk},
        "report-day": {"department_id": line.pk, "day": f"{clock.today():%Y-%m-%d}"},
        "message": {"pk": message.pk},
        "attachment": {"uuid": attachment.uuid},
        **imports,
    }


def _alarm(owner: Enterprise, point: Any, tank: Any, canary: str) -> Alarm:
    moment = clock.now() - dt.timedelta(minutes=3)
    alarm = Alarm.unscoped.create(
        enterprise=owner, point=point, equipment=tank, rule="high", raised_at=moment, received_at=moment,
        start_value=101.0, peak_value=103.0, limit=100.0, high=100.0, deadband=0.0, on_delay_s=0, off_delay_s=0,
    )  # fmt: skip
    AlarmEvent.unscoped.create(
        enterprise=owner, alarm=alarm, kind=AlarmEvent.Kind.RAISED, at=moment, recorded_at=moment, note=canary
    )
    return alarm


def _choice(owner: Enterprise, admin: User) -> SupervisionChange:
    assert owner.office
    return SupervisionChange.unscoped.create(
        enterprise=owner, is_first=False, enterprise_name=owner.name, uscc=owner.uscc, old_trade=owner.trade or "",
        old_office=owner.office, new_trade=owner.trade or "", new_office=owner.office,
        new_region=owner.office.region.code, reason=owner.name, asked_by=admin, asked_at=clock.now(),
    )  # fmt: skip


def of_nobody() -> dict[str, dict[str, Any]]:
    """Return the things that belong to no enterprise."""
    row = Contact.objects.order_by("pk")[0]
    return {
        "slip": {"token": "guessed"},
        "session": {"pk": 0},
        "checked": {"what": "data"},
        "board": {"token": "guessed"},
        "help": {"slug": "contacts"},
        "help-row": {"slug": "contacts", "pk": row.pk},
    }
