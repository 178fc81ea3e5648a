"""The invariant on limits in money never blames an engine that checks them, however prices jump and whatever gets lost, late or doubled."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.message import Message
from seawall.api.orders import Side
from seawall.api.projections import IntentRefused, OrderClosed
from seawall.api.risk import Limits
from seawall.api.signals import CancelRequested
from seawall.api.units import Money
from seawall.audit.core.invariants.within_money_limits import Bounds, WithinMoneyLimits
from tests.unit.engine.rig import COIN, ENGINE, INSTRUMENTS, STRATEGY, USDT, Rig, only

TIGHT = Limits(
    max_concentration_bps=None,
    max_order_value=Money(250 * COIN),
    max_total_notional=Money(300 * COIN),
    price_collar_bps=None,
    max_price_age=None,
    max_signal_age=None,
)
VENUES, SIDES = st.sampled_from(["alpha", "beta"]), st.sampled_from(Side)
INDEX = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("want"), INDEX, SIDES, st.integers(5, 15), st.sampled_from([0, 80, 100, 130])),
        st.tuples(st.just("other"), INDEX, SIDES, st.integers(1, 20), st.sampled_from([80, 100, 130])),
        st.tuples(st.just("quote"), INDEX, st.sampled_from([80, 100, 130, 250])),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("seconds"), st.sampled_from([1, 3, 10])),
        st.tuples(st.sampled_from(["out", "back", "lose_out", "lose_back", "double_back", "cut"]), VENUES, st.integers(0, 3)),
        st.just(("hands_off",)),
        st.just(("restart",)),
    ),
    min_size=15,
    max_size=60,
)


class Audited(Rig):
    """Everything the engine is given and sends is shown to the invariant, in the order a host would show it."""

    def __init__(self, bounds: Limits) -> None:
        self.audit = WithinMoneyLimits({i.id: i for i in INSTRUMENTS}, {ENGINE: Bounds(bounds, USDT)})
        self.found: list[str] = []
        super().__init__(TIGHT)

    def tell(self, message: Message) -> list[Message]:
        sent = super().tell(message)
        closed = [news for news in self.latest if type(news) is OrderClosed]
        for watchers, messages in ((self.audit.delivered, [message]), (self.audit.sent, [*closed, *sent])):
            for each in messages:
                watcher = watchers.get(type(each))
                if watcher is not None and (details := watcher(ENGINE, each, self.now)) is not None:
                    self.found.append(details)
        return sent

    def do(self, step: Any) -> None:
        match step:
            case "want", index, side, tenths, price:
                instrument = INSTRUMENTS[index]
                self.want(side, tenths / 10, price, venue=instrument.venue, symbol=instrument.symbol)
            case "other", index, side, tenths, price:
                instrument = INSTRUMENTS[index]
                self.other(side, tenths * instrument.quantity_scale // 10, price, instrument)
            case "quote", index, price:
                self.quote(price, price + 1, INSTRUMENTS[index])
            case "cancel", index:
                for order in list(self.open.values())[index : index + 1]:
                    self.tell(CancelRequested(STRATEGY, order.tag))
            case "seconds", seconds:
                self.seconds(seconds, hands_off=False)
            case ("hands_off",):
                self.hands_off()
            case ("restart",):
                self.restart()
            case "cut", venue, _:
                self.cut(venue)
            case wire, venue, index:
                queue = (self.out if wire.endswith("out") else self.back)[venue]
                if index < len(queue):
                    if wire == "double_back":
                        queue.append(queue[index])
                    elif wire.startswith("lose"):
                        del queue[index]
                    elif wire == "out":
                        self.deliver_out(venue, index)
                    else:
                        self.deliver_back(venue, index)


@settings(max_examples=200)
@given(STEPS)
def test_an_engine_that_keeps_its_limits_is_never_blamed(steps: list[Any]) -> None:
    rig = Audited(TIGHT)
    for step in steps:
        rig.do(step)
        assert rig.found == []


def test_what_the_engine_counts_is_counted_here_to_the_minor_unit() -> None:
    """Three coins at 100 pass the engine, which refuses the fourth; bounds a minor unit tighter are broken by the third."""
    for bound, passes in ((300 * COIN, True), (300 * COIN - 1, False)):
        rig = Audited(Limits(max_total_notional=Money(bound)))
        for instrument in INSTRUMENTS[:2]:
            rig.quote(99, 101, instrument)
        for symbol in ("BTC-USDT", "ETH-USDT", "BTC-USDT"):
            rig.want(symbol=symbol)
            rig.hands_off()
        assert len(rig.open) == 3
        rig.want()
        assert only(rig.latest, IntentRefused).check == "total_notional"
        assert (rig.found == []) is passes
