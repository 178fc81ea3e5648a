"""What is known of instruments: ours, with the user's on top, and unknown keys refused by name."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from seawall.market_data.recorded import RecordingError
from seawall.market_data.recorded.catalogue import load_catalogue
from seawall.market_data.recorded.symbols import Contracts


def test_ours_knows_well_known_venues() -> None:
    catalogue = load_catalogue()
    assert catalogue.entry("kraken", "BTC-USD").tick == Decimal("0.1")
    assert catalogue.entry("coinbase", "BTC-USD").taker_fee == Decimal("0.006")
    assert catalogue.contracts("binance_usdm") is Contracts.LINEAR
    assert catalogue.contracts("nowhere") is Contracts.SPOT


def test_a_unit_of_ours_never_needs_more_than_eight_decimals() -> None:
    """More would shorten what an account can own in 64 bits."""
    for venue, entry in load_catalogue().venues.items():
        for symbol, stated in entry.symbols.items():
            assert stated.tick is not None and stated.lot is not None
            assert (stated.tick * stated.lot * 10**8) % 1 == 0, f"{venue} {symbol}"


def test_a_users_file_is_laid_over_ours(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("venues:\n  kraken:\n    taker_fee: 0.0016\n    symbols:\n      BTC-USD: {lot: 1e-4}\n  mine:\n")
    entry = load_catalogue(file).entry("kraken", "BTC-USD")
    assert (entry.tick, entry.lot, entry.taker_fee, entry.maker_fee) == (
        Decimal("0.1"),
        Decimal("1e-4"),
        Decimal("0.0016"),
        Decimal("0.0025"),
    )


def test_figures_in_a_dict_mean_what_they_show() -> None:
    """0.1 is a tenth, not the binary fraction nearest to it."""
    assert load_catalogue({"venues": {"x": {"symbols": {"A-B": {"tick": 0.1}}}}}).entry("x", "A-B").tick == Decimal("0.1")


@pytest.mark.parametrize(
    ("tree", "complaint"),
    [
        ({"venue": {}}, "unknown field `venue`"),
        ({"venues": {"kraken": {"fee": 1}}}, "venue kraken: .*unknown field `fee`.*maker_fee"),
        ({"venues": {"kraken": {"symbols": {"A-B": {"ticks": 1}}}}}, "venue kraken: A-B: .*unknown field `ticks`.*min_notional"),
        ({"venues": {"kraken": {"symbols": {"A-B": {"tick": "wide"}}}}}, "A-B: .*tick"),
        ({"venues": {"kraken": {"contracts": "barter"}}}, "barter"),
        ({"venues": ["kraken"]}, "expected key: value pairs"),
        ({"currencies": {"USD": {"places": 2}}}, "unknown field `places`"),
    ],
)
def test_what_it_does_not_know_it_names(tree: Any, complaint: str) -> None:
    with pytest.raises(RecordingError, match=complaint):
        load_catalogue(tree)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.yaml: No such file"):
        load_catalogue(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("venues: {")
    with pytest.raises(RecordingError, match=r"broken\.yaml: not YAML"):
        load_catalogue(broken)
