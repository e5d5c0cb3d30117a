"""Loading the product's own table of divisions (GB/T 2260) and the offices that stand on it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from yingan.regions.models import Trade

TABLE = Path(__file__).parent / "data" / "hubei.csv"
OFFICE_NAMES = {"province": "应急管理厅", "city": "应急管理局", "county": "应急管理局"}


def load_divisions(region_model: Any) -> int:
    """Load the table where a division is missing or renamed; return how many divisions it holds."""
    known: dict[str, Any] = {}
    with TABLE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            region, _ = region_model.objects.update_or_create(
                code=int(row["code"]),
                level=row["level"],
                defaults={"name": row["name"], "parent": known.get(row["parent"])},
            )
            known[f"{row['code']}/{row['level']}"] = region
    return len(known)


def found_offices(region_model: Any, office_model: Any) -> int:
    """Found an office for all trades on every division that has none; return how many were founded.

    The four directly administered cities stand at the city level and at the county level: they get one office.
    """
    founded = 0
    offices = {office.region_id: office for office in office_model.objects.all()}
    for region in region_model.objects.order_by("id"):
        twin = region.level == "county" and region.parent.code == region.code
        if twin or region.pk in offices:
            continue
        offices[region.pk] = office_model.objects.create(
            region=region,
            name=region.name + OFFICE_NAMES[region.level],
            trades=[trade.value for trade in Trade],
            parent=offices.get(region.parent_id),
        )
        founded += 1
    return founded
