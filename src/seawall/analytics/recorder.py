"""What a host calls while a run goes on. Cheap per call, packed as it goes, ints only; `result.build_result` makes frames of it afterwards.

Importing this imports neither polars nor numpy.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from seawall.analytics.columns import CHUNK, Ints, Samples, Texts
from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.message import strategy_name
from seawall.api.orders import AccountId, Liquidity, OrderFilled, OrderStatus, OrderType, Side, TimeInForce
from seawall.api.projections import OrderClosed
from seawall.api.signals import FillApplied
from seawall.api.units import Currency, Money, Nanos, Price

EQUITY_ROWS_MAX = 1 << 19
PRICE_ROWS_MAX = 1 << 14  # Per instrument.


class CashKind(StrEnum):
    """Movements of money that are not fills. Transfers (deposits, withdrawals) are no profit and no loss."""

    FUNDING = "funding"
    TRANSFER = "transfer"
    LIQUIDATION_FEE = "liquidation_fee"
    INSURANCE = "insurance"  # A venue made good what an account had lost beyond its last money.


Fill = OrderFilled | FillApplied  # What venues say, or what the engine booked: both tell the same of a fill.


class FillColumns:
    def __init__(self, instruments: Sequence[InstrumentId]) -> None:
        self.time = Ints()
        self.strategy = Texts(show=strategy_name)
        self.instrument = Texts(instruments)
        self.side = Texts(Side)
        self.price = Ints()
        self.quantity = Ints()
        self.fee = Ints()
        self.fee_currency = Texts()
        self.liquidity = Texts(Liquidity)
        self.order_id = Ints()
        self.trade_id = Ints()

    def extend(self, strategies: list[str], fills: list[Fill]) -> None:
        self.time.extend([fill.event_time for fill in fills])
        self.strategy.extend(strategies)
        self.instrument.extend([fill.instrument for fill in fills])
        self.side.extend([fill.side for fill in fills])
        self.price.extend([fill.price for fill in fills])
        self.quantity.extend([fill.quantity for fill in fills])
        self.fee.extend([fill.fee for fill in fills])
        self.fee_currency.extend([fill.fee_currency for fill in fills])
        self.liquidity.extend([fill.liquidity for fill in fills])
        self.order_id.extend([fill.order_id for fill in fills])
        self.trade_id.extend([fill.trade_id for fill in fills])


class OrderColumns:
    def __init__(self, instruments: Sequence[InstrumentId]) -> None:
        self.created_time = Ints()
        self.ended_time = Ints()
        self.strategy = Texts(show=strategy_name)
        self.instrument = Texts(instruments)
        self.side = Texts(Side)
        self.order_type = Texts(OrderType)
        self.time_in_force = Texts(TimeInForce)
        self.quantity = Ints()
        self.price = Ints()
        self.filled_quantity = Ints()
        self.status = Texts(OrderStatus)
        self.reason = Texts()
        self.client_order_id: list[str] = []  # One text per chunk, ids separated by newlines: a str each would be five times as much.
        self.order_id = Ints()
        self.decision_price = Ints()

    def extend(self, orders: list[OrderClosed]) -> None:
        self.created_time.extend([order.created for order in orders])
        self.ended_time.extend([order.closed for order in orders])
        self.strategy.extend([order.strategy for order in orders])
        self.instrument.extend([order.instrument for order in orders])
        self.side.extend([order.side for order in orders])
        self.order_type.extend([order.order_type for order in orders])
        self.time_in_force.extend([order.time_in_force for order in orders])
        self.quantity.extend([order.quantity for order in orders])
        self.price.extend([order.price for order in orders])
        self.filled_quantity.extend([order.cumulative_quantity for order in orders])
        self.status.extend([order.status for order in orders])
        self.reason.extend([order.reason for order in orders])
        self.client_order_id.append("\n".join([order.client_order_id for order in orders]))
        self.order_id.extend([order.order_id for order in orders])
        self.decision_price.extend([order.decision_price for order in orders])


class CashMovement(msgspec.Struct, frozen=True, gc=False):
    time: Nanos
    venue: Venue
    account: AccountId
    currency: Currency
    amount: Money  # Positive: we received it.
    kind: CashKind


class Recorder:
    """Takes down one run. Every instrument that may trade is named at the start, and with it every currency's decimals.

    Raises:
        ValueError: two instruments count one currency in different minor units.
    """

    def __init__(self, instruments: Sequence[Instrument], valuation_currency: Currency, valuation_decimals: int) -> None:
        ids = [instrument.id for instrument in instruments]
        self.instruments = {instrument.id: instrument for instrument in instruments}
        self.currency_decimals = _currency_decimals(instruments)
        self.currency_decimals.setdefault(valuation_currency, valuation_decimals)
        self.valuation_currency = valuation_currency
        self.valuation_decimals = valuation_decimals
        self.fills = FillColumns(ids)
        self.orders = OrderColumns(ids)
        self.movements: list[CashMovement] = []
        self.margin_peaks: dict[tuple[Venue, Currency], tuple[int, int, int]] = {}  # Initial and maintenance margin, leverage: of equity.
        self.equity = Samples(4, EQUITY_ROWS_MAX)  # time, equity, gross, net
        self.prices = {i: Samples(2, PRICE_ROWS_MAX) for i in ids}  # time, price
        self._fills: list[Fill] = []
        self._fill_strategies: list[str] = []
        self._orders: list[OrderClosed] = []

    def fill(self, strategy: str, fill: Fill) -> None:
        """A fill of one of the orders of the strategy at that address, in the order of booking."""
        pending = self._fills
        pending.append(fill)
        self._fill_strategies.append(strategy)
        if len(pending) >= CHUNK:
            self._pack_fills()

    def order(self, order: OrderClosed) -> None:
        """One order of a strategy, told once: when it ended, or at the end of the run, with the status it has then, if it is still open."""
        pending = self._orders
        pending.append(order)
        if len(pending) >= CHUNK:
            self._pack_orders()

    def cash(self, time: Nanos, venue: Venue, account: AccountId, currency: Currency, amount: Money, kind: CashKind) -> None:
        """Money that moved without a fill; `amount` in minor units of `currency`, positive: received. Opening deposits are transfers."""
        self.movements.append(CashMovement(time, venue, account, currency, amount, kind))

    def sample(self, time: Nanos, equity: Money, gross: Money, net: Money) -> None:
        """The portfolio now, in minor units of the valuation currency.

        `equity` = opening equity + profit and loss so far (transfers left out, so that a deposit is no return); `gross` and `net` are
        the value of all positions, by amount and by sign.
        """
        self.equity.append((time, equity, gross, net))

    def margin(self, venue: Venue, currency: Currency, initial_bps: int, maintenance_bps: int, leverage_bps: int) -> None:
        """How much of an account's equity perpetuals use now, in basis points of it. The highest of each is kept."""
        now, highest = (initial_bps, maintenance_bps, leverage_bps), self.margin_peaks.get((venue, currency), (0, 0, 0))
        self.margin_peaks[venue, currency] = (max(now[0], highest[0]), max(now[1], highest[1]), max(now[2], highest[2]))

    def price(self, time: Nanos, instrument: InstrumentId, price: Price) -> None:
        """A market price to draw fills on and to value strategies along the way. Sample it as often as the equity, not per tick."""
        self.prices[instrument].append((time, price))

    def pack(self) -> None:
        """Brings everything pending into the columns."""
        self._pack_fills()
        self._pack_orders()
        self.equity.pack()
        for samples in self.prices.values():
            samples.pack()

    def decimals_of(self, currency: Currency) -> int:
        """Raises:
        ValueError: no instrument of the run names the currency.
        """
        places = self.currency_decimals.get(currency)
        if places is None:
            known = ", ".join(sorted(self.currency_decimals))
            raise ValueError(f"no instrument of the run names the currency {currency}, so its minor unit is unknown; known: {known}")
        return places

    def _pack_fills(self) -> None:
        if self._fills:
            self.fills.extend(self._fill_strategies, self._fills)
            self._fills, self._fill_strategies = [], []

    def _pack_orders(self) -> None:
        if self._orders:
            self.orders.extend(self._orders)
            self._orders = []


def _currency_decimals(instruments: Sequence[Instrument]) -> dict[Currency, int]:
    decimals: dict[Currency, int] = {}
    for instrument in instruments:
        for currency, places in ((instrument.base, instrument.base_decimals), (instrument.quote, instrument.quote_decimals)):
            if decimals.setdefault(currency, places) != places:
                raise ValueError(
                    f"{instrument.id}: {currency} has {places} decimals here and {decimals[currency]} elsewhere; "
                    "a currency has one number of decimals per run"
                )
    return decimals
