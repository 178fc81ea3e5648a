"""Prices that stop, come late, lie, or miss a piece; and a venue whose price goes astray alone."""

import msgspec
import pytest

from seawall.api.control import Drop, Latency, LinkFault, Rewrite
from seawall.api.market_data import DepthChanged, DepthReported, QueryDepth
from seawall.api.message import Address, Envelope, Message
from seawall.api.perpetuals import define_perpetual
from seawall.api.signals import BreachReported, BreachType
from seawall.api.supervision import BreakerTripped
from seawall.api.units import SECOND, Money, Nanos
from seawall.engine.core.feed import FeedSettings, Refused
from seawall.runtime.books.builder import BookBuilder, BookState
from seawall.runtime.machine import Handler
from seawall.sim.node import NodeSpec
from tests.simulation.incidents.stage import ALPHA, BUY, SELL, Stage
from tests.unit.engine.rig import ALPHA_BTC, BETA_BTC, COIN, ENGINE, INSTRUMENTS, LAX, USDT

GUARDED = msgspec.structs.replace(LAX, max_price_age=Nanos(10 * SECOND), stop_loss_bps=300)
FEED = FeedSettings(in_order=True, max_lag=Nanos(5 * SECOND), max_lead=Nanos(5 * SECOND), max_jump_bps=2_000)


@pytest.mark.parametrize("fault", [Drop(), Latency(60 * SECOND)])
def test_stale_prices(fault: LinkFault) -> None:
    """The public stream stops, or falls a minute behind, while heartbeats and order reports go on. From the limit on nothing is
    bought on the last price seen; the strategy is told so; when prices come again, it goes on by itself."""
    stage = Stage(GUARDED, feed=FEED)
    name = stage.fault(fault, "Traded", "QuoteChanged", fields={"instrument": ALPHA_BTC.id})
    for number in range(12):
        stage.other(BUY, 0.1, 98.1 + number / 100)
        stage.seconds(1)
    assert stage.status() == "live"
    before = len(stage.left())
    stage.want(BUY, 0.5, 99, tag="blind")
    stage.seconds(1)
    assert len(stage.left()) == before
    assert [(breach.breach_type, breach.check) for breach in stage.heard(BreachReported)] == [(BreachType.STALE_DATA, "stale_data")]
    stage.heal(name)
    stage.other(BUY, 0.1, 98.5)
    stage.seconds(0.1)
    stage.want(BUY, 0.5, 99, tag="seeing")
    stage.seconds(1)
    assert len(stage.left()) == before + 1
    stage.check()


class Reader:
    """A machine that keeps a book from alpha's public stream, and asks for a snapshot when it has none."""

    def __init__(self) -> None:
        self.address = Address("reader")
        self.book = BookBuilder()
        self.handlers: dict[type[Message], Handler] = {DepthChanged: self._changed, DepthReported: self._reported}

    @property
    def state(self) -> BookState:
        return self.book.state

    def restore(self, state: BookState) -> None:
        self.book.restore(state)

    def deadline(self) -> Nanos | None:
        return None

    def _changed(self, changed: DepthChanged, now: Nanos) -> list[Envelope]:
        if changed.instrument != ALPHA_BTC.id:
            return []
        self.book.diff(changed)
        return [] if self.book.live else [Envelope(ALPHA, QueryDepth(ALPHA_BTC.id, requester=self.address))]

    def _reported(self, reported: DepthReported, now: Nanos) -> list[Envelope]:
        self.book.snapshot(reported)
        return []


def test_gap_in_depth() -> None:
    """One message of the book is lost, then every fifth one. A book with a gap is no book: it is empty until a snapshot, and never
    crossed; healed it is the venue's, level by level."""
    stage = Stage(nodes=(NodeSpec(Reader, subscribes=(ALPHA,)),), feed=FeedSettings(watch_depth=True))
    reader = stage.world.machines[Address("reader")]
    assert isinstance(reader, Reader)
    stage.other(BUY, 0.1, 97)
    stage.seconds(0.1)
    assert reader.book.live
    lossy = [stage.fault(Drop(), "DepthChanged", target=to, nth=1) for to in (Address("reader"), ENGINE)]
    for number in range(60):
        if number == 3:
            assert (reader.book.state.gaps, stage.engine.state.markets[ALPHA_BTC.id].depth_live) == (1, False)
            lossy.append(stage.fault(Drop(), "DepthChanged", target=Address("reader"), toxicity_ppm=200_000))
        stage.other(BUY if number % 2 else SELL, 0.1, (97 if number % 2 else 103) + number % 7 / 10)
        stage.seconds(0.01)
        bid, _, ask, _ = reader.book.top()
        assert bid < ask or not (bid and ask)
        assert reader.book.live or not (reader.book.state.bids or reader.book.state.asks)
    for name in lossy:
        stage.heal(name)
    stage.other(BUY, 0.1, 96)
    stage.seconds(0.1)
    assert reader.book.live and reader.book.state.gaps > 1
    floor = stage.venue().state.markets[ALPHA_BTC.id].orders.values()
    for side, mine in ((BUY, reader.book.state.bids), (SELL, reader.book.state.asks)):
        theirs: dict[int, int] = {}
        for order in floor:
            if order.side is side:
                theirs[order.price] = theirs.get(order.price, 0) + order.leaves_quantity
        assert mine == theirs
    stage.give(QueryDepth(ALPHA_BTC.id, requester=ENGINE), ALPHA)
    stage.seconds(0.1)
    assert stage.engine.state.markets[ALPHA_BTC.id].depth_live


LIES = [
    (Rewrite({"price": 1}), "Traded", Refused.ABSURD_PRICE),
    (Rewrite({"price": 0}), "Traded", Refused.NOT_POSITIVE),
    (Rewrite({"ask": 1}), "QuoteChanged", Refused.CROSSED),
    (Rewrite({"event_time": 5}), "Traded", Refused.STALE),
]


@pytest.mark.parametrize(("lie", "message", "reason"), LIES)
def test_one_corrupt_price_trips_nothing(lie: LinkFault, message: str, reason: Refused) -> None:
    """A position, a breaker that watches it, and one absurd item in the feed: it is refused and counted, the last good price stays, and
    nothing is sold."""
    stage = Stage(GUARDED, feed=FEED)
    stage.other(SELL, 1.0, 100.5)
    stage.want(BUY, 1.0, 100.5, tag="held")
    stage.seconds(1)
    lying = stage.fault(lie, message, nth=1, fields={"instrument": ALPHA_BTC.id})
    stage.other(SELL, 0.1, 99.9)
    stage.other(BUY, 0.1, 99.9)
    stage.seconds(3)
    stage.heal(lying)
    assert stage.engine.state.markets[ALPHA_BTC.id].refused == {reason: 1}
    assert stage.heard(BreakerTripped) == []
    assert stage.position() == stage.filled_at() > 900
    stage.check()


PERPETUAL = define_perpetual("gamma", "BTC-USDT-PERP", tick="0.01", lot="0.001", max_leverage="10", liquidation_fee="0.005")


def test_collateral_marked_by_one_thin_book() -> None:
    """The perpetual's own book is thin, and one small sale prints a third lower. The account could not bear that price; it is marked by
    the index of two spot venues too, and keeps its position. The engine's collar keeps its own orders away from such a print."""
    stage = Stage(
        msgspec.structs.replace(LAX, price_collar_bps=500),
        instruments=(*INSTRUMENTS, PERPETUAL),
        index={PERPETUAL.id: (ALPHA_BTC, BETA_BTC)},
        deposits={USDT: Money(120 * COIN)},
    )
    stage.other(SELL, 5.0, 100, PERPETUAL)
    stage.want(BUY, 5.0, 100, tag="long", instrument=PERPETUAL)
    stage.seconds(3)
    assert stage.position(PERPETUAL) == stage.filled_at(PERPETUAL) > 0
    stage.fall(66, PERPETUAL)
    stage.seconds(30)
    listing = stage.venue(Address("venue:gamma")).state.markets[PERPETUAL.id]
    assert listing.perpetual is not None and listing.perpetual.mark > 8_000 > listing.last_price
    assert stage.position(PERPETUAL) == stage.filled_at(PERPETUAL) > 0
    sent = len(stage.left())
    stage.want(SELL, 1.0, 60, tag="panic", instrument=PERPETUAL)
    stage.seconds(1)
    assert len(stage.left()) == sent
