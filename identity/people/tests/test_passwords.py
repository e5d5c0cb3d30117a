"""What a password may not be (spec/security.md S01, S03)."""

import contextlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from identity.conftest import row
from identity.people.models import Kind, Person

GIVEN = row(3)
OWNER = Person(
    kind=Kind.LEGAL, username=GIVEN["uscc"], enterprise_name=GIVEN["enterprise_name"], real_name="赵六",
    id_number=GIVEN["id_number"], phone=GIVEN["phone"],
)  # fmt: skip


@pytest.mark.parametrize(
    "password",
    [
        "11111111", "111111111111", "abcabcabcabc", "passwordpassword", "Sheep-Lad55", GIVEN["uscc"],
        GIVEN["uscc"].lower(), GIVEN["uscc"][-8:] + "1234", GIVEN["uscc"][-6:] + GIVEN["uscc"][-6:],
        GIVEN["phone"] + "a", GIVEN["id_number"], f"{GIVEN['enterprise_name']}2026", "yingan123456",
    ],
)  # fmt: skip
def test_guessable_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, OWNER)


@pytest.mark.parametrize("password", ["Sheep-Ladder-River-55", "correct horse battery", "一个很长而且不常见的口令句子"])
def test_long_phrases_of_any_kind_are_taken(password):
    validate_password(password, OWNER)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=12, max_size=128))
def test_the_policy_answers_every_text(password):
    with contextlib.suppress(ValidationError):
        validate_password(password, OWNER)
        assert len(password) >= 12
        assert len(set(password)) >= 5


def test_reviewers_must_mix_kinds_of_characters():
    reviewer = Person(kind=Kind.REVIEWER, username="shenhe1", real_name="审核员甲")
    with pytest.raises(ValidationError, match="三种"):
        validate_password("correct horse battery", reviewer)
    validate_password("Correct horse battery 9", reviewer)
