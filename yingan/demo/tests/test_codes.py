"""RFC 6238, appendix B: the test vectors for SHA-1 (their last six digits)."""

import base64

import pytest

from yingan.demo.codes import code_at, seconds_left

SEED = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("unix_s", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_code_is_that_of_the_standard(unix_s: int, expected: str) -> None:
    assert code_at(SEED, unix_s) == expected


def test_a_code_lives_to_the_end_of_its_step() -> None:
    assert [seconds_left(moment) for moment in (0, 29, 30)] == [30, 1, 30]
