"""Who runs the database server: nobody but us, unless we are root, whom PostgreSQL refuses.

As root a system user is made, and a folder that it can reach: a checkout below a closed home cannot be read by another
user, so the server's files are copied there too.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ops.failures import CannotGoOn

NAME = "yingan"
HOME = Path("/var/lib/yingan")


def server_user() -> str | None:
    """Return the system user that shall run the database server, made if need be; None if we run it ourselves.

    :raises CannotGoOn: if we are root and cannot make the user
    """
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        _make_user()
    HOME.mkdir(parents=True, exist_ok=True)
    HOME.chmod(0o755)
    return NAME


def _make_user() -> None:
    command = ["useradd", "--system", "--user-group", "--home-dir", str(HOME), "--shell", "/usr/sbin/nologin", NAME]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CannotGoOn("以 root 启动时要建立数据库用户，但缺少 useradd：请安装 passwd 或改用普通用户。") from None
    if done.returncode not in (0, 9):  # 9: another start-up made it at the same moment
        raise CannotGoOn(f"无法建立系统用户 {NAME}：{done.stderr.strip()}。请改用普通用户启动。")


def as_user(name: str | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that run a command as `name`."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def give(path: Path, name: str | None) -> None:
    """Make `name` the owner of `path`."""
    if name is not None:
        shutil.chown(path, name, name)


def open_to_all(folder: Path) -> None:
    """Let everybody read `folder` and run its programs, whatever the umask was when it was made."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
