"""The engine against real exchanges over wires that lose, double, delay and reorder, with lost sessions and restarts at any moment.

Once the wires are whole again and enough time has passed, engine and venues agree on everything; until then, nothing leaves twice.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.orders import Side, TimeInForce
from seawall.api.projections import BreakFound
from seawall.api.signals import CancelRequested
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, BETA_BTC, STRATEGY, Rig

HEAL_SECONDS = 150

VENUES = st.sampled_from(["alpha", "alpha", "beta"])
SIDES, TIFS = st.sampled_from(Side), st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC])
INSTRUMENTS = st.sampled_from([ALPHA_BTC, ALPHA_BTC, ALPHA_ETH, BETA_BTC])
PRICES = st.sampled_from([0, 99, 100, 100, 101])
INDEX = st.integers(0, 5)


def step(name: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(name), *values)


STEPS = st.one_of(
    step("want", INSTRUMENTS, SIDES, st.integers(1, 30), PRICES, TIFS),
    step("want", INSTRUMENTS, SIDES, st.integers(1, 30), PRICES, TIFS),
    step("cancel", INDEX),
    step("other", INSTRUMENTS, SIDES, st.integers(1, 20_000), st.sampled_from([99, 100, 101])),
    step("by_hand", INSTRUMENTS, SIDES, st.integers(1, 5_000), st.sampled_from([99, 101])),
    step("deliver_out", VENUES, INDEX),
    step("deliver_back", VENUES, INDEX),
    step("hands_off"),
    step("drop_out", VENUES, INDEX),
    step("drop_back", VENUES, INDEX),
    step("double_back", VENUES, INDEX),
    step("cut", VENUES, st.booleans()),
    step("restart"),
    step("save"),
    step("wait", st.sampled_from([0.01, 0.5, 2.5, 7.0])),
    step("wait_whole", st.sampled_from([0.01, 0.5, 2.5, 7.0, 31.0])),
)


def play(rig: Rig, steps: list[tuple[Any, ...]]) -> None:
    for name, *values in steps:
        DO[name](rig, *values)
        assert [key for key, times in rig.placed.items() if times != 1] == []


def pick(items: list[Any], index: int) -> int | None:
    return index % len(items) if items else None


def want(rig: Rig, instrument: Any, side: Side, tenths: int, price: int, tif: TimeInForce) -> None:
    rig.want(side, tenths / 10, price, venue=instrument.venue, symbol=instrument.symbol, tif=tif if price else TimeInForce.GTC)


def cancel(rig: Rig, index: int) -> None:
    orders = list(rig.open.values())
    if orders:
        rig.tell(CancelRequested(STRATEGY, orders[index % len(orders)].tag))


def drop(pending: list[Any], index: int) -> None:
    if pending:
        del pending[index % len(pending)]


def double(pending: list[Any], index: int) -> None:
    if pending:
        pending.append(pending[index % len(pending)])


DO: dict[str, Any] = {
    "want": want,
    "cancel": cancel,
    "other": lambda rig, instrument, side, lots, price: rig.other(side, lots, price, instrument),
    "by_hand": lambda rig, instrument, side, lots, price: rig.by_hand(side, lots, price, instrument, TimeInForce.IOC),
    "deliver_out": lambda rig, venue, index: rig.out[venue] and rig.deliver_out(venue, index % len(rig.out[venue])),
    "deliver_back": lambda rig, venue, index: rig.back[venue] and rig.deliver_back(venue, index % len(rig.back[venue])),
    "hands_off": lambda rig: rig.hands_off(),
    "drop_out": lambda rig, venue, index: drop(rig.out[venue], index),
    "drop_back": lambda rig, venue, index: drop(rig.back[venue], index),
    "double_back": lambda rig, venue, index: double(rig.back[venue], index),
    "cut": lambda rig, venue, announced: rig.cut(venue, announced=announced),
    "restart": lambda rig: rig.restart(),
    "save": lambda rig: rig.save(),
    "wait": lambda rig, seconds: rig.seconds(seconds, hands_off=False),
    "wait_whole": lambda rig, seconds: rig.seconds(seconds),
}


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=60))
def test_after_every_storm_engine_and_venues_agree(steps: list[tuple[Any, ...]]) -> None:
    """No order of unknown fate, every fill booked once, no order alive that the other side believes dead, balances to the minor unit."""
    rig = Rig()
    play(rig, steps)
    rig.seconds(HEAL_SECONDS)
    rig.check_agreement()


@settings(max_examples=60)
@given(st.lists(STEPS.filter(lambda step: step[0] != "by_hand"), max_size=60))
def test_no_storm_makes_a_break(steps: list[tuple[Any, ...]]) -> None:
    """Whatever the wires did, nobody touched the account but us: reconciliation has nothing to complain of."""
    rig = Rig()
    play(rig, steps)
    rig.seconds(HEAL_SECONDS)
    assert rig.heard(BreakFound) == []
