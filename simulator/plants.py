"""How a demo plant moves: each value wanders about its normal and a scenario pulls it away.

A first-order model: every second a value goes a fixed share of the way towards its target; noise is added to what is
read, not to the state. Not a process simulation: it is there so that pages live and alarms can be shown.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.instruments import PLANTS, Instrument

SLOW_SHARE, SLOW_PERIOD_S = 0.03, 1800.0  # amplitude as a share of the room to the nearest bound, and period …
DAILY_SHARE, DAILY_PERIOD_S = 0.15, 86400.0  # … of the two waves about the normal
TIME_CONSTANT_S = 25.0


@dataclass(frozen=True)
class Pull:
    """What a scenario does to one instrument: a new target, reached within about 3 × `seconds`."""

    tag: str
    target: float
    seconds: float = TIME_CONSTANT_S


@dataclass(frozen=True)
class Scenario:
    """A course of events of one kind of plant; `silent` stops sending, `frozen` holds these tags."""

    name: str
    label: str
    plant: str
    pulls: tuple[Pull, ...] = ()
    silent: bool = False
    frozen: tuple[str, ...] = ()


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "leak",
            "泄漏：罐区东侧可燃气体升高，T-101 液位下降",
            "tank_farm",
            (Pull("GT-1012", 68, 20), Pull("GT-1018", 31, 60), Pull("LT-1011", 6.5, 120)),
        ),
        Scenario("overfill", "冒罐：T-102 液位持续上涨", "tank_farm", (Pull("LT-1021", 11.4, 40),)),
        Scenario(
            "runaway",
            "飞温：R-201 釜内温度、压力快速升高",
            "reactor",
            (Pull("TT-2011", 112, 30), Pull("PT-2011", 1.18, 40), Pull("TT-2012", 49, 40)),
        ),
        Scenario("silence", "失联：网关停止发送", "any", silent=True),
        Scenario("frozen", "数据不变：一个测点不再变化", "any", frozen=("LT-1031", "LT-2011")),
    )
}


def usual(item: Instrument, seed: int, unix_s: Any) -> Any:
    """Return what an instrument of an undisturbed plant shows at a Unix time (number or array), without noise.

    The demo's history is made of the same waves, so that it runs on into what is simulated now.
    """
    bounds = [limit for limit in item.limits if limit is not None]
    room = min(abs(bound - item.normal) for bound in (item.low, item.high, *bounds))
    phases = random.Random(f"{seed} {item.tag}")  # noqa: S311  # no secret
    slow, daily = phases.uniform(0, 2 * math.pi), phases.uniform(0, 2 * math.pi)
    waves = SLOW_SHARE * np.sin(2 * np.pi * unix_s / SLOW_PERIOD_S + slow)
    waves = waves + DAILY_SHARE * np.sin(2 * np.pi * unix_s / DAILY_PERIOD_S + daily)
    return item.normal + room * waves


class Plant:
    """The state of one plant; `step` moves it on, `read` gives what its instruments show."""

    def __init__(self, kind: str, seed: int, unix_s: float | None = None) -> None:
        self.kind, self.seed = kind, seed
        self.instruments = PLANTS[kind]
        self.random = random.Random(seed)  # noqa: S311  # noise, no secret
        self.clock_s = time.time() if unix_s is None else unix_s
        self.state = {item.tag: self._normal(item) for item in self.instruments}
        self.shown: dict[str, float] = {}

    def step(self, seconds: float, scenario: Scenario | None) -> None:
        """Move the plant on by `seconds` under a scenario, or back to normal without one."""
        self.clock_s += seconds
        pulls = {pull.tag: pull for pull in scenario.pulls} if scenario else {}
        for item in self.instruments:
            pull = pulls.get(item.tag)
            target = pull.target if pull else self._normal(item)
            share = 1 - math.exp(-seconds / (pull.seconds if pull else TIME_CONSTANT_S))
            self.state[item.tag] += (target - self.state[item.tag]) * share

    def read(self, scenario: Scenario | None) -> dict[str, float]:
        """Return tag → value as the instruments show it now, within their range."""
        frozen = scenario.frozen if scenario else ()
        for item in self.instruments:
            if item.tag in frozen and item.tag in self.shown:
                continue
            value = self.state[item.tag] + self.random.gauss(0, item.noise)
            self.shown[item.tag] = round(min(max(value, item.low), item.high), 3)
        return dict(self.shown)

    def _normal(self, item: Instrument) -> float:
        return float(usual(item, self.seed, self.clock_s))
