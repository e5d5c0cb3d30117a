"""`make check`: every gate, one line each; the first that fails shows what it said and stops."""

import os
import subprocess
import sys
import time
from pathlib import Path

from ops.environment import ROOT

BIN = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
IDENTITY = [PYTHON, "-m", "identity"]
MIGRATIONS = ["makemigrations", "--check", "--dry-run"]
DEPLOY = ["check", "--deploy", "--fail-level", "WARNING"]
HTTPS = {"PUBLIC_URL": "https://yingan.example", "IDENTITY_URL": "https://id.yingan.example"}
GATES: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("ruff check（规则）", [str(BIN / "ruff"), "check", "--quiet", "."], {}),
    ("ruff format（格式）", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
    ("mypy（类型）", [str(BIN / "mypy")], {}),
    ("mypy（统一身份认证）", [str(BIN / "mypy"), "--config-file", "identity/mypy.ini"], {}),
    ("import-linter（层次）", [str(BIN / "lint-imports"), "--no-cache"], {}),
    ("tests/architecture（边界与大小）", [PYTHON, "-m", "pytest", "-q", "-p", "no:randomly", "tests/architecture"], {}),
    ("djlint（模板）", [str(BIN / "djlint"), "--lint", "--quiet", "yingan", "identity"], {}),
    ("makemigrations --check（平台）", MANAGE + MIGRATIONS, {}),
    ("makemigrations --check（统一身份认证）", IDENTITY + MIGRATIONS, {}),
    ("check --deploy（平台）", MANAGE + DEPLOY, HTTPS),
    ("check --deploy（统一身份认证）", IDENTITY + DEPLOY, HTTPS),
)


def passes(name: str, command: list[str], variables: dict[str, str]) -> bool:
    """Run one gate and print its line; what it said only if it failed."""
    start = time.monotonic()
    print(f"▸ {name} …", end="", flush=True)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f" {'通过' if done.returncode == 0 else '没有通过'}（{time.monotonic() - start:.1f} 秒）", flush=True)
    if done.returncode:
        print(done.stdout)
    return done.returncode == 0


def main() -> int:
    """Run the gates in order."""
    for gate in GATES:
        if not passes(*gate):
            print(f"✗ {gate[0]} 没有通过。", file=sys.stderr)
            return 1
    print("全部通过。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
