"""Secrets at rest: AES-GCM, bound to shop and column, so that a stolen or swapped ciphertext opens nothing."""

import base64
import hashlib
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK_BYTES, _NONCE_BYTES = 4, 12


class Unsealable(Exception):
    """The secret cannot be opened with the keys at hand; it was sealed for another place, or the key is gone."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals with the first key, opens with any: keys rotate by putting a new one in front."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def from_settings(cls, keys: tuple[str, ...]) -> "Seal":
        """Return a seal for base64 keys of 32 bytes; raise ValueError when there is none or one is garbled."""
        decoded = tuple(base64.b64decode(key, validate=True) for key in keys)
        if not decoded or any(len(key) != 32 for key in decoded):
            raise ValueError("SEAL_KEYS must hold base64 keys of 32 bytes, the current one first")
        return cls(keys=decoded)

    @property
    def mark(self) -> bytes:
        """What everything sealed with the first key begins with."""
        return _key_id(self.keys[0])

    def close(self, secret: str, *, place: str) -> bytes:
        """Return the ciphertext of `secret` for `place` (shop and column)."""
        key, nonce = self.keys[0], os.urandom(_NONCE_BYTES)
        return _key_id(key) + nonce + AESGCM(key).encrypt(nonce, secret.encode(), place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """Return the secret sealed for `place`; raise Unsealable otherwise."""
        key_id, rest = sealed[:MARK_BYTES], sealed[MARK_BYTES:]
        for key in self.keys:
            if _key_id(key) == key_id:
                return self._open_with(key, rest, place)
        raise Unsealable(f"no key for {place}")

    @staticmethod
    def _open_with(key: bytes, rest: bytes, place: str) -> str:
        try:
            return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unsealable(f"not sealed for {place}") from None


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"lagniappe key id" + key).digest()[:MARK_BYTES]
