"""What form tables look like."""

import pytest

from yingan.kernel.forms import spanning


@pytest.mark.parametrize(
    ("is_long", "spans"),
    [
        ([], []),
        ([False, False], [False, False]),
        ([False, False, False], [False, False, True]),
        ([False, True, False, False], [True, True, False, False]),
        ([True, False], [True, True]),
    ],
)
def test_a_cell_left_alone_on_its_line_spans_it(is_long: list[bool], spans: list[bool]) -> None:
    assert spanning(is_long) == spans
