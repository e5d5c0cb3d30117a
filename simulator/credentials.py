"""Demo gateways' names and passwords, derived from DEMO_GATEWAY_SECRET, so that loader and simulator agree."""

from __future__ import annotations

import hashlib
import hmac
import uuid


def _derive(secret: str, purpose: str, key: str) -> bytes:
    return hmac.new(secret.encode(), f"{purpose}:{key}".encode(), hashlib.sha256).digest()


def public_id(secret: str, key: str) -> uuid.UUID:
    """Return the random-looking id of the gateway `key` (credit code/gateway code), as its topic carries it."""
    return uuid.UUID(bytes=_derive(secret, "id", key)[:16], version=4)


def password(secret: str, key: str) -> str:
    """Return the broker password of the gateway `key`."""
    return _derive(secret, "password", key).hex()
