"""How figures are shown to people."""

import pytest

from seawall.analytics.markup import percent


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.1234567, "12.35 %"),
        (-0.00005, "\u22120.01 %"),
        (0.00004999, "0.0050 %"),
        (-0.0000167, "\u22120.0017 %"),
        (0.0, "0.00 %"),
        (1e-18, "0.00 %"),
        (None, "\u2013"),
    ],
)
def test_what_is_not_nothing_does_not_look_like_it(share: float | None, shown: str) -> None:
    assert percent(share) == shown
