"""The environment of all processes: `.env`, made at the first run, and what each process may see of it.

`.env` has two parts. The first is kept as it is: random secrets and the ports, to be changed by hand. The second is
computed from the first at every start (addresses with their passwords); to give one of these another value, such as an
external `DATABASE_URL`, write it in the first part. A variable of the shell wins over the file.
"""

import base64
import os
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / ".env"
DERIVED_MARK = "# ── 以下由上面的值算出，每次启动重写；要改就写到上面去 ──"
ROLES = ("owner", "web", "ingest", "worker", "identity")
_READABLE = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))


def _token() -> str:
    return secrets.token_urlsafe(48)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _password() -> str:
    return secrets.token_hex(20)


def _bare_word() -> str:
    return "n" + secrets.token_hex(20)  # the broker parses it: it must not look like a number


def _readable_password() -> str:
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))


def _totp_seed() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


# The part that is kept: name → what makes its first value.
KEPT: dict[str, Callable[[], str]] = {
    "DEMO": lambda: "1",
    "WEB_PORT": lambda: "8000",
    "IDENTITY_PORT": lambda: "8001",
    "POSTGRES_PORT": lambda: "5433",
    "NATS_PORT": lambda: "4222",
    "NATS_MONITOR_PORT": lambda: "8222",
    "MQTT_HOST": lambda: "127.0.0.1",
    "MQTT_PORT": lambda: "1883",
    "WEB_HOST": lambda: "127.0.0.1",
    "WEB_WORKERS": lambda: "2",
    "SECRET_KEY": _token,
    "DATA_KEY": _key,
    "INDEX_KEY": _key,
    "OWNER_PASSWORD": _password,
    "WEB_PASSWORD": _password,
    "INGEST_PASSWORD": _password,
    "WORKER_PASSWORD": _password,
    "IDENTITY_PASSWORD": _password,
    "NATS_PASSWORD": _bare_word,
    "NATS_SYSTEM_PASSWORD": _bare_word,
    "OIDC_CLIENT_ID": lambda: "yingan",
    "OIDC_CLIENT_SECRET": _token,
    "IDENTITY_SECRET_KEY": _token,
    "DEMO_PASSWORD": _readable_password,
    "DEMO_TOTP_SEED": _totp_seed,
    "DEMO_GATEWAY_SECRET": _token,
}


def derived(values: Mapping[str, str], root: Path) -> dict[str, str]:
    """Return what follows from the kept `values`: the addresses of databases, broker and sites."""
    place = f"127.0.0.1:{values['POSTGRES_PORT']}"
    scheme = "https" if values.get("TLS_CERT") else "http"
    database = values.get("DATABASE_URL") or f"postgresql://yingan_owner:{values['OWNER_PASSWORD']}@{place}/yingan"
    parts = urlsplit(database)
    host = (parts.netloc.rpartition("@")[2]) or place

    def address(role: str, name: str) -> str:
        return f"postgresql://yingan_{role}:{quote(values[f'{role.upper()}_PASSWORD'], safe='')}@{host}/{name}"

    var = Path(values.get("VAR_DIR") or root / "var")
    return {
        "VAR_DIR": str(var),
        "DATABASE_URL": database,
        "WEB_DATABASE_URL": address("web", parts.path.lstrip("/")),
        "INGEST_DATABASE_URL": address("ingest", parts.path.lstrip("/")),
        "WORKER_DATABASE_URL": address("worker", parts.path.lstrip("/")),
        "IDENTITY_DATABASE_URL": address("identity", "yingan_identity"),
        "NATS_URL": f"nats://app:{values['NATS_PASSWORD']}@127.0.0.1:{values['NATS_PORT']}",
        "NATS_MONITOR_URL": f"http://127.0.0.1:{values['NATS_MONITOR_PORT']}",
        "PUBLIC_URL": f"{scheme}://127.0.0.1:{values['WEB_PORT']}",
        "IDENTITY_URL": f"{scheme}://127.0.0.1:{values['IDENTITY_PORT']}",
        "IDENTITY_OIDC_KEY_FILE": str(var / "identity" / "oidc-key.pem"),
    }


def parse(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the kept and the derived part of an `.env` text."""
    kept: dict[str, str] = {}
    computed: dict[str, str] = {}
    part = kept
    for line in text.splitlines():
        if line.strip() == DERIVED_MARK:
            part = computed
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            part[name.strip()] = value.strip()
    return kept, computed


def ensure(file: Path = FILE, shell: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make or complete `.env` (mode 0600) and return all values; a variable of the `shell` wins over the file."""
    shell = os.environ if shell is None else shell
    kept = parse(file.read_text("utf-8"))[0] if file.exists() else {}
    kept |= {name: make() for name, make in KEPT.items() if name not in kept}
    root = file.parent.resolve()
    text = _text(kept, {name: value for name, value in derived(kept, root).items() if name not in kept})
    if not file.exists() or file.read_text("utf-8") != text:
        _write_private(file, text)
    chosen = kept | {name: shell[name] for name in (*kept, *OPTIONAL, *derived(kept, root)) if shell.get(name)}
    return derived(chosen, root) | chosen


OPTIONAL = ("TLS_CERT", "TLS_KEY", "TLS_CA", "SMS_URL", "OIDC_ISSUER", "EMAIL_HOST", "EMAIL_FROM")


def is_ours(values: Mapping[str, str], name: str) -> bool:
    """Say whether the address `name` (DATABASE_URL, NATS_URL) is that of the embedded server, started by us."""
    rest = {other: value for other, value in values.items() if other != name}
    return derived(rest, ROOT)[name] == values[name]


def role_passwords(values: Mapping[str, str]) -> dict[str, str]:
    """Return the database roles with their passwords."""
    return {f"yingan_{role}": values[f"{role.upper()}_PASSWORD"] for role in ROLES}


def apply() -> None:
    """Put the values of `.env` into this process's environment, unless a supervisor already gave it its own."""
    if "SECRET_KEY" in os.environ or not FILE.exists():
        return
    os.environ.update(ensure())


def _text(kept: Mapping[str, str], computed: Mapping[str, str]) -> str:
    lines = ["# 本机的设置与密钥，首次启动时随机生成；不要提交，不要发给别人。"]
    lines += [f"{name}={value}" for name, value in kept.items()]
    lines += ["", DERIVED_MARK]
    lines += [f"{name}={value}" for name, value in computed.items()]
    return "\n".join(lines) + "\n"


def _write_private(file: Path, text: str) -> None:
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(file)
