"""Secrets at rest open with the right key in the right place, and nowhere else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.sealed import Seal, Unsealable

OLD, NEW = Seal(keys=(b"o" * 32,)), Seal(keys=(b"n" * 32, b"o" * 32))
HERE = "shops.sealed_token:a.myshopify.com"


@given(st.text())
def test_given_any_secret_when_sealed_and_opened_then_it_is_the_same(secret: str) -> None:
    assert OLD.open(OLD.close(secret, place=HERE), place=HERE) == secret


def test_given_one_secret_when_sealed_twice_then_nobody_sees_that_it_is_the_same() -> None:
    assert OLD.close("shpat_1", place=HERE) != OLD.close("shpat_1", place=HERE)


def test_given_a_sealed_secret_when_looked_at_then_it_shows_nothing() -> None:
    assert b"shpat" not in OLD.close("shpat_1", place=HERE)


@pytest.mark.parametrize("place", ["shops.sealed_token:b.myshopify.com", "connections.key:1:gorgias", ""])
def test_given_a_ciphertext_swapped_to_another_place_when_opened_then_it_stays_shut(place: str) -> None:
    with pytest.raises(Unsealable):
        OLD.open(OLD.close("shpat_1", place=HERE), place=place)


def test_given_a_rotated_key_when_opened_then_old_secrets_open_and_new_ones_use_the_new_key() -> None:
    assert NEW.open(OLD.close("shpat_1", place=HERE), place=HERE) == "shpat_1"
    with pytest.raises(Unsealable):
        OLD.open(NEW.close("shpat_2", place=HERE), place=HERE)


@pytest.mark.parametrize("cut", [0, 1, 4, 10, 16, 20, -1])
def test_given_a_ciphertext_that_was_cut_when_opened_then_it_stays_shut(cut: int) -> None:
    with pytest.raises(Unsealable):
        OLD.open(OLD.close("shpat_1", place=HERE)[:cut], place=HERE)


@given(st.integers(0, 34), st.integers(1, 255))
def test_given_a_ciphertext_with_one_byte_changed_when_opened_then_it_stays_shut(at: int, by: int) -> None:
    sealed = bytearray(OLD.close("shpat_1", place=HERE))
    sealed[at] ^= by

    with pytest.raises(Unsealable):
        OLD.open(bytes(sealed), place=HERE)


@pytest.mark.parametrize(
    "keys",
    [(), ("",), ("not base64!",), (base64.b64encode(b"short").decode(),), (base64.b64encode(b"k" * 33).decode(),)],
)
def test_given_no_proper_keys_when_started_then_it_is_refused(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Seal.from_settings(keys)


def test_given_a_seal_when_it_is_printed_then_its_keys_are_not() -> None:
    assert "ooo" not in repr(OLD)
