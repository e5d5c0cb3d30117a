"""Personal data at rest: sealed columns, blind indexes for exact search, and masks for showing.

A sealed value is `1.<key id>.<base64 of nonce + ciphertext>` (AES-256-GCM). The key id stands in the text, so a new
key can seal while old ones still open. `settings.DATA_KEYS` maps key ids to 32 bytes, the last one seals;
`settings.INDEX_KEY` keys the blind index. The database sees neither.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

VERSION = "1"
NONCE_BYTES = 12
INDEX_LENGTH = 64


class BrokenSeal(Exception):
    """A sealed value cannot be opened: it was changed, or its key is missing."""


def seal(text: str) -> str:
    """Return `text` sealed with the newest key; the empty text stays empty."""
    if not text:
        return ""
    key_id = next(reversed(settings.DATA_KEYS))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(settings.DATA_KEYS[key_id]).encrypt(nonce, text.encode(), _context(key_id))
    return f"{VERSION}.{key_id}.{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str) -> str:
    """Return the text of a sealed value.

    :raises BrokenSeal: if it was changed or its key is missing
    """
    if not sealed:
        return ""
    try:
        version, key_id, body = sealed.split(".", 2)
        raw = base64.b64decode(body, validate=True)
        if version != VERSION:
            raise ValueError(version)
        opened = AESGCM(settings.DATA_KEYS[key_id]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _context(key_id))
    except (ValueError, KeyError, InvalidTag) as broken:
        raise BrokenSeal("a sealed value cannot be opened with the keys of this installation") from broken
    return opened.decode()


def _context(key_id: str) -> bytes:
    return f"yingan.{VERSION}.{key_id}".encode()


def blind_index(value: str) -> str:
    """Return the keyed digest (HMAC-SHA256, 64 hex digits) by which a sealed value is found; empty stays empty.

    Give it the normal form (`identifiers.check_phone`, …), or equal values will not meet.
    """
    if not value:
        return ""
    return hmac.new(settings.INDEX_KEY, value.encode(), hashlib.sha256).hexdigest()


class SealedTextField(models.TextField[str, str]):
    """A text that the database holds sealed only; it cannot be searched (use a blind index beside it)."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Open a value that was read."""
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        """Seal a value that is written."""
        prepared = super().get_prep_value(value)
        return None if prepared is None else seal(str(prepared))

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every search but `isnull`: two seals of one text differ."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is sealed: search its blind index instead")


def mask_phone(phone: str) -> str:
    """Return 138****1234 for a mobile number; anything shorter is masked whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_id_number(number: str) -> str:
    """Return an id number with the ten characters that hold the birth date hidden: 9900**********123X."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) >= 15 else "*" * len(number)


def mask_name(name: str) -> str:
    """Return a name with all but its first character hidden: 张三 → 张*."""
    return name[:1] + "*" * (len(name) - 1)
