"""The second factor's code of this moment, for people who try the demo without an authenticator (RFC 6238)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

STEP_S = 30


def code_at(seed: str, unix_s: float) -> str:
    """Return the six digits of the base32 `seed` at a Unix time (SHA-1, 30 s steps, RFC 6238)."""
    counter = struct.pack(">Q", int(unix_s) // STEP_S)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def seconds_left(unix_s: float) -> int:
    """Return how long the code of this moment is valid."""
    return STEP_S - int(unix_s) % STEP_S
