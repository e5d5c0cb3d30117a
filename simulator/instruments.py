"""What each demo plant measures: invented instruments with plausible ranges and limits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Instrument:
    """One measuring point. Limits from low-low to high-high; None where there is none.

    `kind` and `equipment_kind` are the words of the platform's tables. Gas detectors: combustible 25/50 %LEL
    (GB/T 50493-2019, first and second level), toxic: ammonia in mg/m³ after its OEL of 30 (GBZ 2.1, short term).
    """

    tag: str
    name: str
    kind: str
    unit: str
    low: float
    high: float
    limits: tuple[float | None, float | None, float | None, float | None]
    equipment: str
    normal: float
    noise: float


@dataclass(frozen=True)
class Vessel:
    """A piece of equipment that carries instruments."""

    code: str
    name: str
    kind: str
    medium: str


def _tank(number: int, level: float) -> tuple[Instrument, ...]:
    vessel, n = f"T-{number}", f"{number}1"
    name = f"甲醇储罐 {vessel}"
    return (
        Instrument(f"LT-{n}", f"{name} 液位", "level", "m", 0, 12, (0.8, 1.2, 10.2, 10.8), vessel, level, 0.01),
        Instrument(f"TT-{n}", f"{name} 温度", "temperature", "℃", -20, 80, (None, None, 40, 50), vessel, 23.5, 0.15),
        Instrument(f"PT-{n}", f"{name} 压力", "pressure", "kPa", -2, 5, (-1.5, -1.0, 2.0, 2.5), vessel, 0.4, 0.03),
    )


def _detector(tag: str, name: str, kind: str = "combustible_gas") -> Instrument:
    if kind == "toxic_gas":
        return Instrument(tag, name, kind, "mg/m³", 0, 150, (None, None, 30, 60), tag, 0.8, 0.2)
    return Instrument(tag, name, kind, "%LEL", 0, 100, (None, None, 25, 50), tag, 1.5, 0.4)


TANK_VESSELS = (
    *(Vessel(f"T-{n}", f"甲醇储罐 T-{n}", "tank", "甲醇") for n in (101, 102, 103, 104)),
    Vessel("GT-1012", "罐区东侧可燃气体探测器", "gas_detector", "甲醇蒸气"),
    Vessel("GT-1015", "罐区西侧可燃气体探测器", "gas_detector", "甲醇蒸气"),
    Vessel("GT-1018", "泵房可燃气体探测器", "gas_detector", "甲醇蒸气"),
    Vessel("AT-1021", "卸车台有毒气体探测器", "gas_detector", "氨"),
)
TANK_FARM = (
    *_tank(101, 8.4),
    *_tank(102, 6.1),
    *_tank(103, 4.9),
    *_tank(104, 7.3),
    _detector("GT-1012", "罐区东侧可燃气体"),
    _detector("GT-1015", "罐区西侧可燃气体"),
    _detector("GT-1018", "泵房可燃气体"),
    _detector("AT-1021", "卸车台氨气", "toxic_gas"),
)

REACTOR_VESSELS = (
    Vessel("R-201", "硝化釜 R-201", "unit", "混酸"),
    Vessel("V-201", "混酸计量罐 V-201", "tank", "混酸"),
    Vessel("GT-2011", "硝化车间可燃气体探测器", "gas_detector", "甲苯蒸气"),
)
REACTOR = (
    Instrument("TT-2011", "硝化釜 R-201 釜内温度", "temperature", "℃", 0, 150, (10, 20, 85, 95), "R-201", 71.0, 0.3),
    Instrument("TT-2012", "硝化釜 R-201 夹套温度", "temperature", "℃", -20, 100, (-5, 0, 45, 55), "R-201", 18.4, 0.3),
    Instrument("PT-2011", "硝化釜 R-201 压力", "pressure", "MPa", 0, 1.6, (None, None, 0.8, 1.0), "R-201", 0.52, 0.005),
    Instrument("FT-2011", "混酸进料流量", "flow", "m³/h", 0, 6, (None, None, 4.5, 5.2), "R-201", 2.8, 0.05),
    Instrument("LT-2011", "硝化釜 R-201 液位", "level", "%", 0, 100, (10, 20, 85, 92), "R-201", 58.0, 0.4),
    Instrument("LT-2021", "混酸计量罐 V-201 液位", "level", "m", 0, 3, (0.2, 0.4, 2.5, 2.7), "V-201", 1.7, 0.01),
    _detector("GT-2011", "硝化车间可燃气体"),
)

PLANTS: dict[str, tuple[Instrument, ...]] = {"tank_farm": TANK_FARM, "reactor": REACTOR}
VESSELS: dict[str, tuple[Vessel, ...]] = {"tank_farm": TANK_VESSELS, "reactor": REACTOR_VESSELS}
