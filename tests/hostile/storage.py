"""Rows as a newer version, a clumsy hand or a thief may leave them: left alone or told of, never sent, nobody held up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hostile.case import CANARY

NOTE = {"kind": "post_note", "ticket_id": "1", "text": "Hm", "about": "it"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A deed that waits and cannot be understood: what is odd about it."""

    number: int
    name: str
    odd: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What becomes of a shop's sealed token, given its own and another shop's."""

    number: int
    name: str
    spoil: Callable[[bytes, bytes], bytes]


ROWS = (
    Row(number=139, name="a kind never seen", odd={"kind": "send_a_choir", "payload": {"kind": "send_a_choir", "song": CANARY}}),
    Row(number=139, name="a state never seen", odd={"state": "dreaming"}),
    Row(number=139, name="a payload of another shape", odd={"payload": {"kind": "post_note", "song": CANARY}}),
    Row(number=139, name="a payload that is a list", odd={"payload": [CANARY]}),
    Row(number=139, name="a payload of another kind than the row's", odd={"kind": "refund_order"}),
)  # fmt: skip

SECRETS = (
    Secret(number=140, name="another shop's token", spoil=lambda _own, others: others),
    Secret(number=141, name="a token that was cut", spoil=lambda own, _others: own[:-1]),
    Secret(number=141, name="a token of which only the key's mark is left", spoil=lambda own, _others: own[:4]),
    Secret(number=141, name="a token of nothing", spoil=lambda _own, _others: b""),
    Secret(number=141, name="a token with one bit turned", spoil=lambda own, _others: own[:-1] + bytes([own[-1] ^ 1])),
    Secret(number=142, name="a key that nobody has", spoil=lambda own, _others: b"\0\0\0\0" + own[4:]),
)  # fmt: skip
