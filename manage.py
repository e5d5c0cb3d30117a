#!/usr/bin/env python
"""Run an administrative command of the platform with the role that it needs."""

import os
import sys

from ops import environment

OWNER_COMMANDS = {
    "migrate", "makemigrations", "sqlmigrate", "showmigrations", "flush", "demo_load",
    "make_partitions", "verify_audit",
}  # fmt: skip
INGEST_COMMANDS = {"ingest", "render_gateways"}

if __name__ == "__main__":
    environment.apply()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yingan.config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("YINGAN_ROLE", "owner")
    if len(sys.argv) > 1 and sys.argv[1] in INGEST_COMMANDS:
        os.environ.setdefault("YINGAN_ROLE", "ingest")
    if len(sys.argv) > 1 and sys.argv[1] == "replay":
        os.environ.setdefault("YINGAN_ROLE", "worker")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
