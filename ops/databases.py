"""Roles and databases inside a PostgreSQL server, embedded or not (spec/security.md T06).

No serving role owns a table, bypasses row-level security or truncates. The owner runs migrations and serves nobody.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from ops.failures import CannotGoOn

OWNER = "yingan_owner"
READERS_AND_WRITERS = ("yingan_web", "yingan_worker")
SERVING = (*READERS_AND_WRITERS, "yingan_ingest")
IDENTITY = "yingan_identity"
EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin")
# The planner may use an index on these before the row policy: without this a province's search scans (design §4).
LEAKPROOF = ("textlike(text, text)", "texticlike(text, text)", "upper(text)")


def set_up(admin_url: str, passwords: Mapping[str, str], *, embedded: bool = True) -> None:
    """Make or refresh all roles with their `passwords` (role → password), and the two databases.

    On our own cluster `template1` is prepared too, so that any database made later (of tests) has the same rights.

    :raises CannotGoOn: if a server that is not ours does not let us
    """
    try:
        with psycopg.connect(admin_url, autocommit=True) as link:
            for role, password in passwords.items():
                make_role(link, role, password)
            if embedded:
                with psycopg.connect(admin_url, dbname="template1", autocommit=True) as template:
                    grant_defaults(template, leakproof=True)
            make_database(link, "yingan" if embedded else link.info.dbname, OWNER, SERVING)
            make_database(link, IDENTITY, IDENTITY, (IDENTITY,))
            if not embedded:
                grant_defaults(link, leakproof=False)
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise CannotGoOn(f"外部数据库的账号权限不足，无法建立所需的角色和数据库：{refusal}") from refusal


def make_role(link: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    """Make the login `role`, or give it this password."""
    found = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    bypass = "BYPASSRLS" if role == OWNER else "NOBYPASSRLS"
    kind = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
    words = sql.SQL(f"{'ALTER' if found else 'CREATE'} ROLE {{}} {kind} {bypass} PASSWORD {{}}")
    link.execute(words.format(sql.Identifier(role), sql.Literal(password)))


def make_database(
    link: psycopg.Connection[tuple[object, ...]], name: str, owner: str, guests: tuple[str, ...] = SERVING
) -> None:
    """Make the database `name` if it is missing, owned by `owner`; only `guests` may connect besides."""
    if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
    link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    roles = sql.SQL(", ").join(map(sql.Identifier, guests))
    link.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), roles))


def drop_database(link: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop the database `name` with whoever is connected to it."""
    link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def grant_defaults(link: psycopg.Connection[tuple[object, ...]], *, leakproof: bool) -> None:
    """Give web and worker their rights on every table that the owner will make; ingest gets them table by table."""
    roles = sql.SQL(", ").join(map(sql.Identifier, READERS_AND_WRITERS))
    for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE ON SEQUENCES"):
        words = sql.SQL(f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA public GRANT {rights} TO {{}}")
        link.execute(words.format(sql.Identifier(OWNER), roles))
    for extension in EXTENSIONS:
        link.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    if leakproof:
        for function in LEAKPROOF:
            link.execute(sql.SQL(f"ALTER FUNCTION pg_catalog.{function} LEAKPROOF"))
