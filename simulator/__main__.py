"""Command line: run the simulator, or start and stop scenarios of one that runs."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from simulator import control, run
from simulator.plants import SCENARIOS


def main() -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description="演示装置：罐区与反应釜（OPC UA、MQTT）")
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("run", help="运行（默认）")
    begin = verbs.add_parser("start", help="开始一个场景")
    begin.add_argument("scenario", choices=list(SCENARIOS))
    begin.add_argument("--plant", default="", help="装置：信用代码/网关编码；不填为第一套能演示的装置")
    end = verbs.add_parser("stop", help="恢复正常")
    end.add_argument("--plant", default="", help="装置；不填为全部")
    verbs.add_parser("list", help="列出场景与装置")
    arguments = parser.parse_args()
    if arguments.verb in {None, "run"}:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
        logging.getLogger("asyncua").setLevel(logging.WARNING)
        asyncio.run(run.serve())
    elif arguments.verb == "list":
        _print_list()
    elif arguments.verb == "stop":
        control.stop(arguments.plant)
        sys.stdout.write("已恢复正常。\n")
    else:
        return _start(arguments.scenario, arguments.plant)
    return 0


def _start(name: str, plant: str) -> int:
    try:
        member = control.start(name, plant)
    except control.UnknownScenario as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"已在{member.label}开始：{SCENARIOS[name].label}。\n")
    return 0


def _print_list() -> None:
    running = control.running()
    for scenario in SCENARIOS.values():
        sys.stdout.write(f"{scenario.name:10} {scenario.label}\n")
    for member in control.fleet():
        state = running[member.key].label if member.key in running else "正常"
        sys.stdout.write(f"{member.key}  {member.label}  {state}\n")


if __name__ == "__main__":
    sys.exit(main())
