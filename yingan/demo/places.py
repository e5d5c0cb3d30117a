"""The invented enterprises: names, counties of Hubei (GB/T 2260), trades and what stands in their plants."""

from __future__ import annotations

from dataclasses import dataclass

from yingan.enterprises.models import Department, Enterprise
from yingan.regions.models import Trade

PENDING = Enterprise.SupervisionState.PENDING
CONFIRMED = Enterprise.SupervisionState.CONFIRMED


@dataclass(frozen=True)
class Place:
    """One enterprise. `number` makes its credit code and its people; `plant` is the kind of its demo plant, if any."""

    number: int
    name: str
    region: int
    trade: Trade
    industry: str
    scale: str
    employees: int
    plant: str = ""
    state: str = Enterprise.OperatingState.PRODUCTION
    supervision: str = CONFIRMED
    office: int = 0  # the code of its office's division; 0: its county's

    @property
    def short(self) -> str:
        """The prefix of its people's account names."""
        return f"e{self.number:02d}"


H, G, K = Trade.HAZCHEM, Trade.INDUSTRY, Trade.MINING
PLACES = (
    Place(1, "江城示例精细化工有限公司", 420107, H, "有机化学原料制造", "medium", 268, "tank_farm"),
    Place(2, "青山示例气体有限公司", 420107, H, "其他基础化学原料制造", "small", 86, "tank_farm"),
    Place(3, "枝江示例磷化工有限公司", 420583, H, "无机盐制造", "large", 742, "reactor"),
    Place(4, "掇刀示例石化储运有限公司", 420804, H, "危险化学品仓储", "medium", 193, "tank_farm"),
    Place(5, "潜江示例盐化工有限公司", 429005, H, "无机碱制造", "large", 615, "reactor"),
    Place(6, "应城示例农药有限公司", 420981, H, "化学农药制造", "medium", 301, "reactor", "stopped"),
    Place(7, "猇亭示例新材料有限公司", 420505, H, "合成材料制造", "small", 122, "reactor", supervision=PENDING),
    Place(8, "樊城示例汽车零部件有限公司", 420606, G, "汽车零部件及配件制造", "medium", 430),
    Place(9, "仙桃示例无纺布有限公司", 429004, G, "非织造布制造", "small", 158, supervision=PENDING),
    Place(10, "蔡甸示例机械有限公司", 420114, G, "通用设备制造", "small", 97),
    Place(11, "大冶示例铜铁矿有限公司", 420281, K, "铁矿采选", "large", 880),
    Place(12, "远安示例磷矿有限公司", 420525, K, "化学矿开采", "medium", 356, office=420500),
)
FIRST_SIGN_IN = Place(13, "江夏示例涂料有限公司", 420115, H, "涂料制造", "small", 64)  # at the provider only

DEPARTMENTS: tuple[tuple[str, str, str], ...] = (
    ("安全生产委员会", Department.Kind.SAFETY_ORGANISATION, ""),
    ("安全环保部", Department.Kind.FUNCTIONAL, ""),
    ("设备部", Department.Kind.FUNCTIONAL, ""),
    ("一车间", Department.Kind.WORKSHOP, ""),
    ("二车间", Department.Kind.WORKSHOP, ""),
    ("甲班", Department.Kind.TEAM, "一车间"),
    ("乙班", Department.Kind.TEAM, "一车间"),
)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = ("示甲", "示乙", "示丙", "示丁", "示戊", "示己", "示庚", "示辛")


def name_of(number: int) -> str:
    """Return an invented name: a surname and 示 with a stem of the calendar."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES) % len(GIVEN)]


def phone_of(number: int) -> str:
    """Return an invented phone in the range 1380000xxxx."""
    return f"1380000{number % 10000:04d}"
