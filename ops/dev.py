"""For development and by hand: `python -m ops.dev up` starts the database and the broker alone, `down` stops them.

`env` prints the environment, for `set -a; eval "$(python -m ops.dev env)"`.
"""

import shlex
import sys
from pathlib import Path

from ops import databases, environment, postgres
from ops.failures import said_plainly
from ops.nats import Broker


def up() -> None:
    """Start the database and the broker in the background, with their roles, databases, stream and consumer."""
    values = environment.ensure()
    var = Path(values["VAR_DIR"])
    cluster = postgres.ensure(var / "postgres", int(values["POSTGRES_PORT"]))
    databases.set_up(cluster.url(), environment.role_passwords(values))
    broker = Broker(var / "nats", values)
    if broker.process_id() is None:
        broker.start(var / "log" / "nats.log")
    print(f"数据库 127.0.0.1:{cluster.port} · 消息服务 127.0.0.1:{values['NATS_PORT']}（MQTT {values['MQTT_PORT']}）")


def down() -> None:
    """Stop what `up` started."""
    values = environment.ensure()
    var = Path(values["VAR_DIR"])
    Broker(var / "nats", values).stop()
    postgres.prepare(var / "postgres", int(values["POSTGRES_PORT"])).stop()


def show_environment() -> None:
    """Print the environment as lines that a shell can evaluate."""
    for name, value in environment.ensure().items():
        print(f"export {name}={shlex.quote(value)}")


def main() -> int:
    """Run the command of the command line."""
    commands = {"up": up, "down": down, "env": show_environment}
    command = commands.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if command is None:
        print("用法：python -m ops.dev up | down | env", file=sys.stderr)
        return 2
    command()
    return 0


if __name__ == "__main__":
    sys.exit(said_plainly(main))
