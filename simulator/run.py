"""The loop of the simulator: once a second every plant moves on, every 5 s its gateway sends."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import signal
import time
from typing import TYPE_CHECKING

from simulator import control, opcua
from simulator.plants import Plant
from simulator.sender import Gateway

if TYPE_CHECKING:
    from simulator.control import Member

STEP_S = 1.0
SEND_EVERY = 5  # steps
logger = logging.getLogger("simulator")


class Fleet:
    """All plants with their gateways; follows the fleet file."""

    def __init__(self, tree: opcua.Tree) -> None:
        self.tree = tree
        self.plants: dict[Member, tuple[Plant, Gateway]] = {}
        self.steps = 0

    async def step(self) -> None:
        """Move all plants on by one step; send where it is time."""
        self._follow(control.fleet())
        running = control.running()
        self.steps += 1
        for member, (plant, gateway) in self.plants.items():
            scenario = running.get(member.key)
            plant.step(STEP_S, scenario)
            values = plant.read(scenario)
            await self.tree.show(member, values, dt.datetime.now(dt.UTC))
            if self.steps % SEND_EVERY == 0 and not (scenario and scenario.silent):
                gateway.send(values, time.time_ns() // 1_000_000)

    def _follow(self, members: list[Member]) -> None:
        for gone in set(self.plants) - set(members):
            self.plants.pop(gone)[1].close()
        for member in members:
            if member not in self.plants:
                self.plants[member] = Plant(member.kind, member.seed), Gateway(member.key)
                logger.info("plant %s (%s)", member.label, member.kind)

    def close(self) -> None:
        """End all connections."""
        for _, gateway in self.plants.values():
            gateway.close()


async def serve() -> None:
    """Run until a signal ends it."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    tree = opcua.Tree(int(os.environ.get("SIMULATOR_OPCUA_PORT", "4840")))
    await tree.start()
    fleet = Fleet(tree)
    try:
        while not stop.is_set():
            began = time.monotonic()
            await fleet.step()
            pause = max(0.0, STEP_S - (time.monotonic() - began))
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                continue
    finally:
        fleet.close()
        await tree.stop()
