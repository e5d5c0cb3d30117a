"""Sealed values: what the database holds tells nothing, cannot be changed unseen, and outlives a change of key."""

import pytest
from django.core.exceptions import FieldError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from yingan.kernel.sealed import (
    BrokenSeal,
    SealedTextField,
    blind_index,
    mask_id_number,
    mask_name,
    mask_phone,
    seal,
    unseal,
)

NUMBER = "99000019800101001X"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_can_be_opened(text: str) -> None:
    assert unseal(seal(text)) == text


def test_two_seals_of_one_text_differ_and_hide_it() -> None:
    first, second = seal(NUMBER), seal(NUMBER)
    assert first != second
    assert NUMBER not in first
    assert first.startswith("1.1.")


@pytest.mark.parametrize("cut", [slice(None, -4), slice(4, None), slice(0, 3)])
def test_a_changed_seal_is_noticed(cut: slice) -> None:
    with pytest.raises(BrokenSeal):
        unseal(seal(NUMBER)[cut])


def test_an_old_key_still_opens_after_a_new_one_seals(settings: Settings) -> None:
    old = seal(NUMBER)
    settings.DATA_KEYS = {**settings.DATA_KEYS, "2": b"2" * 32}
    assert unseal(old) == NUMBER
    assert seal(NUMBER).startswith("1.2.")
    settings.DATA_KEYS = {"2": b"2" * 32}
    with pytest.raises(BrokenSeal):
        unseal(old)


def test_the_key_id_cannot_be_exchanged(settings: Settings) -> None:
    settings.DATA_KEYS = {"1": b"1" * 32, "2": b"1" * 32}
    with pytest.raises(BrokenSeal):
        unseal(seal(NUMBER).replace("1.2.", "1.1.", 1))


def test_the_field_seals_on_the_way_in_and_opens_on_the_way_out() -> None:
    field = SealedTextField()
    stored = field.get_prep_value(NUMBER)
    assert NUMBER not in stored
    assert field.from_db_value(stored, None, None) == NUMBER
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, None) is None


def test_a_sealed_column_cannot_be_searched() -> None:
    with pytest.raises(FieldError, match="blind index"):
        SealedTextField().get_lookup("exact")
    assert SealedTextField().get_lookup("isnull") is not None


def test_the_blind_index_is_keyed(settings: Settings) -> None:
    first = blind_index("13800000001")
    assert first == blind_index("13800000001")
    assert len(first) == 64
    settings.INDEX_KEY = b"another"
    assert blind_index("13800000001") != first
    assert blind_index("") == ""


def test_masks_show_the_ends_only() -> None:
    assert mask_phone("13800001234") == "138****1234"
    assert mask_id_number(NUMBER) == "9900**********001X"
    assert mask_name("张三丰") == "张**"
    assert mask_name("") == mask_phone("") == mask_id_number("") == ""
    assert mask_phone("12345") == "*****"
