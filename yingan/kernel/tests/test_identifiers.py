"""Check digits: published examples, every single typing error, and the forms that people type."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from yingan.kernel.identifiers import (
    check_credit_code,
    check_id_number,
    check_phone,
    fictitious_credit_code,
    fictitious_id_number,
    fictitious_phone,
)

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_the_example_of_the_id_standard_passes() -> None:
    assert check_id_number("11010519491231002x") == "11010519491231002X"


@pytest.mark.parametrize("code", ["91350100M000100Y43", "9 1350100-M000100Y43", "９１３５０１００m000100y43"])
def test_a_credit_code_is_folded_to_its_normal_form(code: str) -> None:
    assert check_credit_code(code) == "91350100M000100Y43"


@pytest.mark.parametrize("first", "ANY")
def test_a_credit_code_may_begin_with_a_letter(first: str) -> None:
    body = first + "1990000000000017"
    passing = [body + digit for digit in CODE_ALPHABET if _passes(body + digit)]
    assert len(passing) == 1


def _passes(code: str) -> bool:
    try:
        check_credit_code(code)
    except ValidationError:
        return False
    return True


@given(n=st.integers(0, 10**9 - 1), position=st.integers(0, 17), wrong=st.sampled_from(CODE_ALPHABET))
def test_any_single_wrong_character_of_a_credit_code_is_found(n: int, position: int, wrong: str) -> None:
    code = fictitious_credit_code(n)
    assert check_credit_code(code) == code
    changed = code[:position] + wrong + code[position + 1 :]
    assert _passes(changed) == (changed == code)


@given(n=st.integers(0, 999), born=st.dates(date(1950, 1, 1), date(2005, 1, 1)), wrong=st.sampled_from("0123456789"))
def test_any_single_wrong_digit_of_an_id_number_is_found(n: int, born: date, wrong: str) -> None:
    number = fictitious_id_number(n, born)
    assert check_id_number(number) == number
    for position in (0, 5, 9, 13, 16):
        changed = number[:position] + wrong + number[position + 1 :]
        if changed != number:
            with pytest.raises(ValidationError):
                check_id_number(changed)


@pytest.mark.parametrize(
    "number", ["990000198002301231", "11010519491231002", "110105994912310021", "1101051949123100２０"]
)
def test_an_impossible_id_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        check_id_number(number)


def test_nobody_is_born_after_today() -> None:
    number = fictitious_id_number(1, date(2020, 5, 1))
    assert check_id_number(number, today=date(2020, 5, 1)) == number
    with pytest.raises(ValidationError, match="出生日期不合理"):
        check_id_number(number, today=date(2020, 4, 30))


@pytest.mark.parametrize("typed", ["138-0000-0001", "+86 13800000001", "１３８００００ ０００１", "008613800000001"])
def test_a_phone_number_is_folded_to_eleven_digits(typed: str) -> None:
    assert check_phone(typed) == "13800000001"


@pytest.mark.parametrize("typed", ["", "12800000001", "1380000000", "138000000011", "1380000000a", "075512345678"])
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="手机号码"):
        check_phone(typed)


def test_fictitious_values_are_distinct_and_reserved() -> None:
    assert len({fictitious_credit_code(n) for n in range(500)}) == 500
    assert len({fictitious_id_number(n) for n in range(500)}) == 500
    assert all(fictitious_id_number(n).startswith("990000") for n in range(50))
    assert fictitious_phone(12) == "13800000012"
