"""Loading the demo into an empty installation: places, people, plants, history. Repeating it changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from simulator import control, credentials
from simulator.instruments import PLANTS, VESSELS
from yingan.demo import history, people, places
from yingan.enterprises.models import Department, Enterprise
from yingan.kernel import clock
from yingan.kernel.identifiers import fictitious_credit_code, fictitious_id_number
from yingan.regions.models import Office, Region
from yingan.telemetry.models import Equipment, Gateway, Point
from yingan.telemetry.services import equipment as equipment_services
from yingan.telemetry.services import gateways, points

if TYPE_CHECKING:
    from collections.abc import Callable

    from yingan.accounts.models import User

GATEWAY_CODE = "GW01"


@transaction.atomic
def load(say: Callable[[str], None]) -> bool:
    """Load everything; return False where enterprises stand already. `say` gets lines of progress."""
    if Enterprise.unscoped.exists():
        return False
    maker, now = people.Maker(), clock.now()
    people.administrators(maker)
    people.officers(maker)
    fleet = []
    for place in places.PLACES:
        say(f"演示企业 {place.number}/{len(places.PLACES)}：{place.name}")
        enterprise = found(place)
        departments = departments_of(enterprise)
        admin = people.staff_of(place, enterprise, departments, maker)
        if place.plant:
            made = build_plant(place, enterprise, departments, admin)
            fleet.append(control.Member(key_of(enterprise), place.plant, place.name, place.number))
            history.of_plant(place.number, enterprise, made, now=now)
        if enterprise.owes_commitments:
            history.of_commitments(place.number, enterprise, today=clock.local(now).date())
    control.set_fleet(fleet)
    write_legal_persons()
    return True


def found(place: places.Place) -> Enterprise:
    """Make one enterprise with everything that 企业注册信息 asks."""
    number = place.number
    office = Office.objects.filter(region__code=place.office or place.region).order_by("id")[0]
    region = Region.objects.get(code=place.region, level=Region.Level.COUNTY)
    address = (
        f"湖北省{region.parent if region.parent and region.parent.code != region.code else ''}{region}示例路{number}号"
    )
    return Enterprise.unscoped.create(
        uscc=fictitious_credit_code(number),
        name=place.name,
        legal_person=places.name_of(100 + number),
        legal_person_phone=places.phone_of(9000 + number),
        trade=place.trade,
        office=office,
        supervised_region=office.region.code,
        supervision_state=place.supervision,
        region=region,
        town="示例街道",
        registered_address=address,
        business_address=address,
        industry=place.industry,
        economic_type="有限责任公司",
        scale=place.scale,
        founded_on=dt.date(2005 + number, 1 + number % 12, 8),
        business_scope=f"{place.industry}（示例数据）",
        employee_count=place.employees,
        principal=places.name_of(120 + number),
        principal_phone=places.phone_of(9100 + number),
        safety_officer=places.name_of(140 + number),
        safety_officer_phone=places.phone_of(9200 + number),
        duty_phone=f"027-0000{number:04d}",
        operating_state=place.state,
        checked_at=clock.now() - dt.timedelta(days=20 + number),
        users_checked_at=clock.now() - dt.timedelta(days=20 + number),
    )


def departments_of(enterprise: Enterprise) -> dict[str, Department]:
    """Make the departments of an enterprise; return them by name."""
    made: dict[str, Department] = {}
    for position, (name, kind, parent) in enumerate(places.DEPARTMENTS):
        made[name] = Department.unscoped.create(
            enterprise=enterprise, name=name, kind=kind, parent=made.get(parent), position=position
        )
    return made


def key_of(enterprise: Enterprise) -> str:
    """Return the key of the enterprise's demo gateway."""
    return f"{enterprise.uscc}/{GATEWAY_CODE}"


def build_plant(
    place: places.Place, enterprise: Enterprise, departments: dict[str, Department], admin: User
) -> list[tuple[Point, Any]]:
    """Make gateway, equipment and points of the demo plant; return each point with its simulated instrument."""
    secret, key = os.environ["DEMO_GATEWAY_SECRET"], key_of(enterprise)
    gateway = Gateway(
        enterprise=enterprise, code=GATEWAY_CODE, name="演示网关", vendor="示例自动化", location="中控室", interval_s=5
    )
    gateways.add(gateway, by=admin, password=credentials.password(secret, key))
    Gateway.unscoped.filter(pk=gateway.pk).update(public_id=credentials.public_id(secret, key))
    vessels = {}
    for number, vessel in enumerate(VESSELS[place.plant], start=1):
        vessels[vessel.code] = equipment_services.save(
            Equipment(
                enterprise=enterprise,
                code=f"{vessel.code}",
                name=vessel.name,
                kind=vessel.kind,
                medium=vessel.medium,
                department=departments["一车间" if number % 2 else "二车间"],
                location="罐区" if place.plant == "tank_farm" else "硝化车间",
            ),
            by=admin,
        )
    made = []
    for item in PLANTS[place.plant]:
        low_low, low, high, high_high = item.limits
        point = Point(
            enterprise=enterprise, equipment=vessels[item.equipment], gateway=gateway, name=item.name, kind=item.kind,
            unit=item.unit, tag=item.tag, low_low=low_low, low=low, high=high, high_high=high_high,
            range_low=item.low, range_high=item.high, is_major_hazard=place.plant == "tank_farm",
        )  # fmt: skip
        made.append((points.add(point, by=admin), item))
    return made


def write_legal_persons() -> Path:
    """Write the legal persons whom the demo's identity site shall know; one of them never signed in here."""
    file = Path(settings.VAR_DIR) / "demo" / "legal_persons.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "uscc": fictitious_credit_code(place.number),
            "enterprise_name": place.name,
            "legal_person": places.name_of(100 + place.number),
            "id_number": fictitious_id_number(place.number, dt.date(1970, 1, place.number)),
            "phone": places.phone_of(9000 + place.number),
            "password": people.password(),
        }
        for place in (*places.PLACES, places.FIRST_SIGN_IN)
    ]
    file.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    file.chmod(0o600)
    return file
