"""`make demo-reset`: forget all data of the demo and load them anew. The secrets, passwords and certificates stay."""

import shutil
import sys
from pathlib import Path

import psycopg

from ops import databases, environment, prepare, programs, run
from ops.failures import CannotGoOn, said_plainly
from ops.prepare import Timed
from ops.programs import Values

FOLDERS = ("media", "nats", "demo", "simulator", "identity/evidence")


def forget(values: Values) -> None:
    """Drop both databases, the broker's store and the uploaded files."""
    with psycopg.connect(programs.cluster_of(values).url(), autocommit=True) as link:
        for name in ("yingan", databases.IDENTITY):
            databases.drop_database(link, name)
    for folder in FOLDERS:
        shutil.rmtree(Path(values["VAR_DIR"]) / folder, ignore_errors=True)
    programs.broker_of(values).write_configuration()
    prepare.demo_stamp(values).unlink(missing_ok=True)


def main() -> int:
    """Forget and load, while nothing else runs."""
    values = environment.ensure()
    if values["DEMO"] != "1":
        raise CannotGoOn("DEMO 不是 1，这里可能有真实数据：不重建。要用演示数据请先在 .env 中设 DEMO=1。")
    if not environment.is_ours(values, "DATABASE_URL"):
        raise CannotGoOn("DATABASE_URL 指向外部数据库：不重建。请由其管理员清空后再运行 make run。")
    with run.only_one(Path(values["VAR_DIR"])):
        run.take_over(values)
        cluster = programs.cluster_of(values)
        cluster.start()
        try:
            with Timed("清空演示数据"):
                forget(values)
            prepare.everything(values)
        finally:
            cluster.stop()
    print("演示数据已重建，请运行 make run。")
    return 0


if __name__ == "__main__":
    sys.exit(said_plainly(main))
