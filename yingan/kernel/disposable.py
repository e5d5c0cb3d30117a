"""Children that may die: hostile files are parsed in a process of their own, with limits, and thrown away after it.

The parent says `run("yingan.kernel.sheets.reader", path)`; the module of the child calls `limit()` before it imports a
parser. Nothing here may import Django: the child starts in 50 ms because of it.
"""

import ctypes
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEMORY_BYTES = 512 << 20
CPU_SECONDS = 30
WALL_SECONDS = 40
NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET


def limit() -> None:
    """Limit this process: memory, processor time, no core, no written file and, where the kernel allows, no network."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    ctypes.CDLL(None).unshare(NEW_USER_AND_NETWORK)  # refused inside some containers: the other limits stand


def run(module: str, path: Path) -> bytes | None:
    """Run `python -m module path` in an empty folder and return what it wrote; None if it died or took too long."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(  # noqa: S603  # our own interpreter and module; the path is ours too
                [sys.executable, "-m", module, str(path)],
                cwd=folder,
                env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 else None
