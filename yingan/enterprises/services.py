"""Writing enterprises: founding one, its facts, its supervision, and that its people have checked them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.db import connection, transaction

from yingan.enterprises.models import Enterprise
from yingan.kernel import audit, tenancy

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from django.contrib.auth.models import _User

    from yingan.regions.models import Office


@transaction.atomic
def found(*, uscc: str, name: str, legal_person: str, phone: str) -> Enterprise:
    """Make an enterprise and set the scope to it for the rest of the transaction.

    :raises IntegrityError: if the credit code has an enterprise already
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('enterprises_enterprise', 'id'))")
        number = cursor.fetchone()[0]
    tenancy.set_scope(tenancy.Scope(enterprise_id=number))
    enterprise = Enterprise(id=number, uscc=uscc, name=name, legal_person=legal_person, legal_person_phone=phone)
    enterprise.save(force_insert=True)
    audit.record("enterprise.found", enterprise_id=number, detail={"uscc": uscc})
    return enterprise


@transaction.atomic
def save_facts(enterprise: Enterprise, facts: Mapping[str, Any], *, by: _User) -> list[str]:
    """Change the facts that differ; return the names of the fields that changed."""
    changed = [name for name, value in facts.items() if getattr(enterprise, name) != value]
    for name in changed:
        setattr(enterprise, name, facts[name])
    if changed:
        enterprise.save(update_fields=changed)
        audit.record("enterprise.change", by=by, enterprise_id=enterprise.pk, detail={"fields": sorted(changed)})
    return changed


@transaction.atomic
def set_supervision(enterprise: Enterprise, *, trade: str, office: Office, state: str, by: _User) -> None:
    """Put the enterprise under an office in a trade: who may see it follows at once."""
    enterprise.trade, enterprise.office, enterprise.supervised_region = trade, office, office.region.code
    enterprise.supervision_state = state
    enterprise.save(update_fields=["trade", "office", "supervised_region", "supervision_state"])
    detail = {"trade": trade, "office": office.pk, "state": state}
    audit.record("enterprise.supervision", by=by, enterprise_id=enterprise.pk, detail=detail)


@transaction.atomic
def mark_checked(enterprise: Enterprise, what: Literal["data", "users"], *, by: _User, now: dt.datetime) -> None:
    """Remember that the enterprise's people have checked its data, or its departments and users (manual §6.3)."""
    column = "checked_at" if what == "data" else "users_checked_at"
    setattr(enterprise, column, now)
    enterprise.save(update_fields=[column])
    audit.record("enterprise.checked", by=by, enterprise_id=enterprise.pk, detail={"what": what})
