"""One instrument's recording, one venue for every fill model, and the same hypothetical orders at each of them.

Orders of one lot join every `interval` on both sides, at the touch and deeper. Nobody's fills are limited, so that the orders do not share.
"""

from collections.abc import Sequence

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Instrument, InstrumentKind
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderAccepted, OrderFilled, OrderType, PlaceOrder, Side
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.backtest.calibration.truth import Hypothesis, Verdict
from seawall.backtest.fill_models import FillModel
from seawall.backtest.recorded_venue import RecordedVenue
from seawall.backtest.rows import Rows
from seawall.market_data.recorded.kinds import Kind
from seawall.runtime.books import LAST, BookBuilder
from seawall.runtime.floats import nearest_lots
from seawall.runtime.machine import handle

BUY, SELL = Side.BUY, Side.SELL
ACCOUNT, OWNER = AccountId("trial"), Address("trial")
PLENTY = Money(1 << 61)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    interval: Nanos  # Between two rounds of orders.
    horizons: tuple[Nanos, ...]  # After placing, when predictions and proofs are compared. An order lives until the last one.
    ticks: tuple[int, ...]  # Behind the touch.


class Check(msgspec.Struct, frozen=True):
    """One order at one horizon."""

    verdict: Verdict
    filled: tuple[bool, ...]  # By each model.
    early: tuple[int | None, ...]  # At the last horizon, of orders proved filled: how long before the proof each model filled it.


class Trial:
    def __init__(self, instrument: Instrument, models: Sequence[FillModel], plan: Plan) -> None:
        self.checks: list[Check] = []
        self._plan = plan
        # As plain as can be: whatever it is, and whatever the venue's filters say, what matters here is only the queue.
        self._instrument = plain = msgspec.structs.replace(
            instrument,
            kind=InstrumentKind.SPOT,
            margin=None,
            min_quantity=Quantity(0),
            min_notional=Money(0),
            maker_fee_ppb=0,
            taker_fee_ppb=0,
        )
        self._book = BookBuilder()
        self._venues = [RecordedVenue(Address(f"venue:{model.name}"), [plain], model, limited=False) for model in models]
        self._filled: list[dict[str, Nanos]] = [{} for _ in models]
        self._open: list[Hypothesis] = []
        self._due: list[tuple[Nanos, Hypothesis, bool]] = []  # Checks to come, in the order of time.
        self._next_round = self._number = 0
        self._quote = (0, 0, 0, 0)
        for venue in self._venues:
            venue.use_book(plain.id, self._book)
            handle(venue, OpenAccount(ACCOUNT, OWNER, {plain.base: PLENTY, plain.quote: PLENTY}), Nanos(0))

    def run(self, rows: Rows, kinds: Sequence[Kind]) -> None:
        for now, index, a, _, quantity, rest in rows:
            if self._due and now > self._due[0][0]:
                self._check(now)
            kind = kinds[index]
            if kind is Kind.TRADE:
                lots, aggressor = (nearest_lots(self._instrument, quantity), rest) if type(rest) is int else rest[:2]
                self._print(a, lots, aggressor, now)
            elif kind is Kind.QUOTE:
                b, c, d, *_ = rest
                if 0 < a < c:
                    self._quoted(a, b, c, d, now)
                    if now >= self._next_round:
                        self._place(now)
            elif kind is Kind.DEPTH:
                self._book.run(*rest)
                for venue in self._venues:
                    if venue.resting(self._instrument.id):
                        venue.on_depth(self._instrument.id, rest[0], rest[1], now)
                if rest[1] & LAST:
                    self._told(now)

    def _told(self, now: Nanos) -> None:
        """A message of depth is complete."""
        for hypothesis in self._open:
            if hypothesis.counts_from is None and (shown := self._in_book(hypothesis.side, Price(hypothesis.price))) is not None:
                hypothesis.level(shown, now)

    def _print(self, price: Price, lots: int, aggressor: int, now: Nanos) -> None:
        for number, venue in enumerate(self._venues):
            venue.market(self._instrument.id).last = price
            self._note(number, [e.message for e in venue.on_trade(self._instrument.id, price, lots, now, aggressor)])
        for hypothesis in self._open:
            hypothesis.print(price, lots, aggressor, now)

    def _quoted(self, bid: Price, bid_quantity: Quantity, ask: Price, ask_quantity: Quantity, now: Nanos) -> None:
        self._quote = (bid, bid_quantity, ask, ask_quantity)
        for number, venue in enumerate(self._venues):
            market = venue.market(self._instrument.id)
            market.bid, market.bid_quantity, market.ask, market.ask_quantity = bid, bid_quantity, ask, ask_quantity
            self._note(number, [e.message for e in venue.on_quote(self._instrument.id, bid, bid_quantity, ask, ask_quantity, now)])
        for hypothesis in self._open:
            if hypothesis.side is BUY:
                hypothesis.quote(bid, bid_quantity, ask, now)
            else:
                hypothesis.quote(ask, ask_quantity, bid, now)

    def _place(self, now: Nanos) -> None:
        """A round of orders. One that would cross is left out."""
        self._next_round = now + self._plan.interval
        bid, bid_quantity, ask, ask_quantity = self._quote
        for deeper in self._plan.ticks:
            for side, price, shown in ((BUY, bid - deeper, bid_quantity), (SELL, ask + deeper, ask_quantity)):
                if price > 0:
                    self._join(side, Price(price), shown if not deeper else self._in_book(side, Price(price)), now, at_best=not deeper)

    def _join(self, side: Side, price: Price, before: int | None, now: Nanos, *, at_best: bool) -> None:
        self._number += 1
        key = ClientOrderId(str(self._number))
        request = PlaceOrder(ACCOUNT, key, self._instrument.id, side, OrderType.LIMIT_MAKER, quantity=Quantity(1), price=price)
        for venue in self._venues:
            answer = [e.message for e in handle(venue, request, now)]
            assert [type(message) for message in answer] == [OrderAccepted], f"a hypothetical order was not taken: {answer}"
        hypothesis = Hypothesis(self._number, side, price, now, before, at_best=at_best)
        self._open.append(hypothesis)
        last = self._plan.horizons[-1]
        self._due += [(Nanos(now + horizon), hypothesis, horizon == last) for horizon in self._plan.horizons]
        self._due.sort(key=lambda each: each[0])

    def _in_book(self, side: Side, price: Price) -> int | None:
        return (self._book.bids if side is BUY else self._book.asks).quantity(price) if self._book.live else None

    def _note(self, number: int, messages: list[Message]) -> None:
        for message in messages:
            if isinstance(message, OrderFilled):
                self._filled[number][message.client_order_id] = message.event_time

    def _check(self, now: Nanos) -> None:
        """Of what is due: who said what, and what was so. `now` is after it: everything of that moment has been heard."""
        while self._due and self._due[0][0] < now:
            at, hypothesis, last = self._due.pop(0)
            key = str(hypothesis.number)
            verdict = hypothesis.verdict(at)
            times = [filled.get(key) for filled in self._filled]
            early: tuple[int | None, ...] = ()
            if last:
                proved = hypothesis.proved
                if verdict is Verdict.FILLED and proved is not None:
                    early = tuple(None if time is None else proved - time for time in times)
                self._open.remove(hypothesis)
                for venue, filled in zip(self._venues, self._filled, strict=True):
                    if filled.pop(key, None) is None:
                        handle(venue, CancelOrder(ACCOUNT, ClientOrderId(key), self._instrument.id), at)
            self.checks.append(Check(verdict, tuple(time is not None and time <= at for time in times), early))
