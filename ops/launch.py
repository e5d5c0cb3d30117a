"""Become one of the processes: `python -m ops.launch NAME` is what the supervisor and `make NAME` run.

What an earlier life of the same process left behind (workers of a killed web server, say) is ended first; it is known
by a marker in its environment, so that no other process is ever touched. When whoever started us dies, so do we.
"""

import contextlib
import os
import pwd
import signal
import sys
from pathlib import Path

from ops import environment, tied
from ops.environment import ROOT
from ops.failures import CannotGoOn, said_plainly
from ops.programs import BY_NAME, Program, Values

MARKER = "YINGAN_PROCESS"


def marker_of(name: str, values: Values) -> str:
    """Return the mark of this installation's process `name`."""
    return f"{MARKER}={name}@{values['VAR_DIR']}"


def leftovers(mark: str) -> list[int]:
    """Return the processes that carry the mark, ourselves apart."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def end_leftovers(mark: str) -> None:
    """Kill what an earlier life of this process left behind."""
    for pid in leftovers(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def environment_of(program: Program, values: Values) -> dict[str, str]:
    """Return the environment of the process: the shell's without our secrets, and what the program may see."""
    secret = set(values) | {"DJANGO_SETTINGS_MODULE", "YINGAN_ROLE"}
    own = {name: value for name, value in os.environ.items() if name not in secret}
    name, _, mark = marker_of(program.name, values).partition("=")
    if values.get("TLS_CA"):
        own |= {"REQUESTS_CA_BUNDLE": values["TLS_CA"], "SSL_CERT_FILE": values["TLS_CA"]}
    return own | program.environment(values) | {name: mark, "PYTHONUNBUFFERED": "1"}


def become(program: Program, values: Values) -> None:
    """Replace this Python by the program.

    :raises CannotGoOn: by hand, if it runs already and there may be only one
    """
    mark = marker_of(program.name, values)
    if "SUPERVISOR_ENABLED" in os.environ:
        end_leftovers(mark)
    elif not program.many and leftovers(mark):
        raise CannotGoOn(f"{program.label}（{program.name}）已经在运行。")
    command = program.command(values)
    variables = environment_of(program, values)
    user = program.user()
    os.chdir(ROOT)
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chdir("/")
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        variables["HOME"] = entry.pw_dir
    tied.tie_to_parent(signal.Signals[f"SIG{program.stop_signal}"])
    os.execve(command[0], command, variables)  # noqa: S606  # no shell on purpose


def main() -> int:
    """Run the process that the command line names."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in BY_NAME:
        raise CannotGoOn(f"没有名为 {name or '(空)'} 的进程：可以是 {'、'.join(BY_NAME)}。")
    become(BY_NAME[name], environment.ensure())
    return 0


if __name__ == "__main__":
    sys.exit(said_plainly(main))
