"""From signals and explicit orders to intents: validate, weigh the confidence, choose the venue, size. One path for both."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue, instrument_id
from seawall.api.orders import AT_MARKET, OrderType, Side, TimeInForce
from seawall.api.signals import OrderRequested, OrderTerms, SignalGenerated
from seawall.api.units import Price
from seawall.engine.core.intent import Intent
from seawall.engine.core.market import Market
from seawall.engine.core.steps import fitted
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.terms import LARGEST, terms_of, trigger_estimate
from seawall.runtime.floats import is_finite, lots_below, nearest_tick


class Dropped(msgspec.Struct, frozen=True):
    """The wish leads to no order. `malformed`: it should not have been uttered. Reasons are counted, so what varies is said in `about`."""

    reason: str
    about: str = ""
    malformed: bool = False
    value: float = 0.0


BUY, SELL, MARKET = Side.BUY, Side.SELL, OrderType.MARKET
GTC = TimeInForce.GTC
_NO_PRICE = Price(0)
LIMIT, NO_TERMS = OrderType.LIMIT, OrderTerms()


def _problem(strength: float, confidence: float, min_confidence: float) -> Dropped | None:
    """What is wrong with a signal that is out of bounds; None: only its strength, and that is clamped."""
    if not (is_finite(strength) and is_finite(confidence)):
        return Dropped("strength and confidence must be finite numbers", malformed=True, value=strength)
    if not 0.0 <= confidence <= 1.0:
        return Dropped("confidence must lie between 0 and 1", malformed=True, value=confidence)
    return Dropped("confidence under the strategy's min_confidence") if confidence < min_confidence else None


def _contradiction(order_type: OrderType, time_in_force: TimeInForce, *, timed: bool) -> Dropped | None:
    """What every venue would reject."""
    if order_type is OrderType.LIMIT_MAKER and time_in_force is not TimeInForce.GTD:
        return Dropped("a limit_maker order only rests: its time_in_force is gtc", time_in_force, malformed=True)
    if order_type is OrderType.MARKET and time_in_force is TimeInForce.FOK:
        return Dropped("a market order takes what is there: for all or nothing use a limit order", time_in_force, malformed=True)
    if order_type is OrderType.MARKET and time_in_force is TimeInForce.GTD:
        return Dropped("a market order takes what is there and never waits", time_in_force, malformed=True)
    if order_type in AT_MARKET and order_type is not OrderType.MARKET and time_in_force is not TimeInForce.GTD:
        return Dropped(f"a {order_type} order waits: its time_in_force is gtc or gtd", time_in_force, malformed=True)
    if time_in_force is TimeInForce.GTD and not timed:
        return Dropped("time_in_force gtd needs an expire_time (or good_for)", malformed=True)
    return None


class Sizing:
    def __init__(
        self,
        instruments: Sequence[Instrument],
        markets: Mapping[InstrumentId, Market],
        is_live: Callable[[Venue], bool],
    ) -> None:
        self.instruments = {i.id: i for i in instruments}
        if any(i.price_step > 1 or i.quantity_step > 1 for i in instruments):
            self._intent = self._on_steps(self._intent)  # type: ignore[method-assign]
        self.markets = markets
        self.is_live = is_live
        self.by_symbol: dict[Symbol, list[Instrument]] = {}
        for instrument in instruments:
            self.by_symbol.setdefault(instrument.symbol, []).append(instrument)

    def of_signal(self, signal: SignalGenerated, account: StrategyAccount) -> Intent | Dropped:
        strength, confidence = signal.strength, signal.confidence
        if not (-1.0 <= strength <= 1.0 and account.min_confidence <= confidence <= 1.0):
            if problem := _problem(strength, confidence, account.min_confidence):
                return problem
            strength = max(-1.0, min(strength, 1.0))
        side = BUY if strength > 0.0 else SELL
        instrument = self._route(signal.symbol, signal.venue, side)
        if isinstance(instrument, Dropped):
            return instrument
        size = account.max_position_sizes.get(instrument.symbol, account.max_position_size)
        return self._intent(signal, account, instrument, side, abs(strength) * confidence * size)

    def of_request(self, request: OrderRequested, account: StrategyAccount) -> Intent | Dropped:
        if not (is_finite(request.quantity) and request.quantity > 0.0):
            return Dropped("quantity must be a positive finite number", malformed=True, value=request.quantity)
        instrument = self._route(request.symbol, request.venue, request.side)
        if isinstance(instrument, Dropped):
            return instrument
        return self._intent(request, account, instrument, request.side, request.quantity)

    def _route(self, symbol: Symbol, venue: Venue, side: Side) -> Instrument | Dropped:
        """The named venue, or the live one with the best price (the first of equals)."""
        if venue:
            named = self.instruments.get(instrument_id(venue, symbol))
            return named if named is not None else Dropped("not traded on that venue", f"{symbol} on {venue}", malformed=True)
        listed = self.by_symbol.get(symbol)
        if listed is None:
            return Dropped("unknown symbol", symbol, malformed=True)
        if len(listed) == 1:
            return listed[0]
        return self._best(listed, side) or Dropped("no live venue has a price", symbol)

    def _best(self, listed: list[Instrument], side: Side) -> Instrument | None:
        best: Instrument | None = None
        numerator = denominator = 0  # The best price in quote currency, as a fraction: ticks differ between venues.
        for instrument in listed:
            ticks = self.markets[instrument.id].touch(side)
            if not ticks or not self.is_live(instrument.venue):
                continue
            over, under = ticks * instrument.tick, instrument.price_scale
            cheaper = over * denominator < numerator * under
            dearer = over * denominator > numerator * under
            if best is None or (cheaper if side is BUY else dearer):
                best, numerator, denominator = instrument, over, under
        return best

    def _on_steps(self, made: Callable[..., Intent | Dropped]) -> Callable[..., Intent | Dropped]:
        """Around `_intent`, while a venue takes multiples only."""

        def stepped(*wish: Any) -> Intent | Dropped:
            intent = made(*wish)
            return intent if isinstance(intent, Dropped) else fitted(intent) or Dropped("quantity or price rounds down to nothing")

        return stepped

    def _intent(
        self, wish: SignalGenerated | OrderRequested, account: StrategyAccount, instrument: Instrument, side: Side, quantity: float
    ) -> Intent | Dropped:
        price, order_type, time_in_force = _NO_PRICE, wish.order_type, wish.time_in_force
        if order_type is not MARKET and (order_type is LIMIT or order_type not in AT_MARKET):
            if not 0.0 < wish.limit_price < LARGEST:
                return Dropped(f"a {order_type} order needs a positive limit_price", malformed=True, value=wish.limit_price)
            price = nearest_tick(instrument, wish.limit_price)
            if not price:
                return Dropped("limit_price rounds to nothing", malformed=True, value=wish.limit_price)
        if time_in_force is not GTC and (problem := _contradiction(order_type, time_in_force, timed=wish.terms is not None)):
            return problem
        terms, reduce_only = None, False
        if wish.terms is not None or (order_type is not MARKET and order_type is not LIMIT):
            made = terms_of(instrument, wish.terms or NO_TERMS, order_type, time_in_force)
            if isinstance(made, str):
                return Dropped(made, malformed=True)
            terms = made if wish.terms is not None else None
            if terms is not None and terms.reduce_only:
                reduce_only = True
                if instrument.margin is None:  # The gate alone holds it: spot venues know no position.
                    terms = msgspec.structs.replace(terms, reduce_only=False)
            if not price and wish.limit_price:
                return Dropped(f"a {order_type} order has no limit_price", malformed=True, value=wish.limit_price)
        if not 0.0 <= quantity < LARGEST:
            return Dropped("the size must be a finite number, not negative", malformed=True, value=quantity)
        lots = lots_below(instrument, quantity)
        if lots <= 0:
            return Dropped("quantity rounds down to nothing")
        market = self.markets[instrument.id]
        reference = (market.ask if side is BUY else market.bid) or market.last or market.mark()
        if terms is not None and reference:
            reference, market_price = trigger_estimate(terms, side, reference), reference
            worth = terms.stop_price or max(reference, market_price)  # How far it will trail, nobody knows.
        else:
            worth = reference
        notional = (price or worth) * lots * instrument.tick_value
        amount = lots * instrument.lot_value
        if notional >= LARGEST or amount >= LARGEST:
            return Dropped("worth more than can be counted", malformed=True, value=quantity)
        return Intent(
            account, wish.tag, instrument, market, side, order_type, time_in_force, lots, price,
            reference, wish.signal_time, amount, notional, terms, reduce_only,
        )  # fmt: skip
