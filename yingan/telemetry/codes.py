"""Exchange codes of kinds of equipment and points (spec/domain.md §2.1); the database holds English words."""

EQUIPMENT_CODES = {"tank": "G0", "gas_detector": "Q0", "unit": "S0", "warehouse": "C0"}
POINT_CODES = {
    "temperature": "WD",
    "pressure": "YL",
    "level": "YW",
    "combustible_gas": "KR",
    "toxic_gas": "YD",
    "flow": "LL",
    "other": "QT",
}
POINT_TEXT_CODES = POINT_CODES | {"combustible_gas": "KRQT", "toxic_gas": "YDQT"}
GATEWAY_CODE = "WG"
