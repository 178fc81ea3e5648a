"""The exchange: which message goes to which handler. It knows its clients by account, and nothing of transports or of who tests it."""

from collections.abc import Sequence
from functools import partial

from seawall.api.accounts import Heartbeat, Logon, OpenAccount, QueryBalances, QueryFills, QueryOpenOrders, QueryOrder
from seawall.api.instruments import Instrument
from seawall.api.margin import IndexPriceChanged, LiquidateAccount, QueryCash, QueryPositions
from seawall.api.market_data import QueryDepth, QuoteChanged
from seawall.api.message import Address, Message, Tick
from seawall.api.orders import AmendOrder, CancelOrder, PlaceOrder, PlaceOrderList, ReplaceOrder
from seawall.api.rate_limits import QueryRateLimits, RateLimits, rate_limits_fault
from seawall.api.units import Nanos
from seawall.api.venue_operations import (
    CancelAccountOrders,
    ChangeFees,
    ChangeFilters,
    ChangeRateLimits,
    HaltInstrument,
    QueryTradingStatus,
    ResumeInstrument,
)
from seawall.exchange.core.expiry import pass_time
from seawall.exchange.core.floor import ExchangeState, Floor, Index
from seawall.exchange.core.list_entry import place_list
from seawall.exchange.core.margin.queries import report_cash, report_positions
from seawall.exchange.core.margin.watch import after_due, index_changed, liquidate_account, next_due, spot_changed
from seawall.exchange.core.operations import cancel_account, change_fees, change_filters, halt_instrument, resume_instrument
from seawall.exchange.core.order_changes import amend_order, replace_order
from seawall.exchange.core.order_entry import cancel_order, place_order
from seawall.exchange.core.public_data import report_depth
from seawall.exchange.core.queries import report_balances, report_fills, report_open_orders, report_order, report_trading_status
from seawall.exchange.core.rate_limits import WEIGHTS, change_rate_limits, count, report_rate_limits
from seawall.exchange.core.sessions import answer_heartbeat, log_on, open_or_deposit
from seawall.runtime.machine import Handler


class Exchange:
    def __init__(
        self, address: Address, instruments: Sequence[Instrument], index: Index | None = None, rate_limits: RateLimits | None = None
    ) -> None:
        """`index`: the spot markets on other venues whose quotes make a perpetual's index price. `rate_limits`: those it begins
        with; empty: none, until its operator sets some; None: this venue never counts.

        Raises: ValueError: instruments that one venue cannot list together, limits that cannot be.
        """
        if rate_limits is not None and (fault := rate_limits_fault(rate_limits)):
            raise ValueError(f"{address}: {fault}")
        self.address = address
        self._floor = floor = Floor(instruments, index)
        self.handlers: dict[type[Message], Handler] = {
            PlaceOrder: partial(place_order, floor),
            CancelOrder: partial(cancel_order, floor),
            AmendOrder: partial(amend_order, floor),
            ReplaceOrder: partial(replace_order, floor),
            PlaceOrderList: partial(place_list, floor),
            Tick: partial(pass_time, floor),
            HaltInstrument: partial(halt_instrument, floor),
            ResumeInstrument: partial(resume_instrument, floor),
            CancelAccountOrders: partial(cancel_account, floor),
            ChangeFilters: partial(change_filters, floor),
            ChangeFees: partial(change_fees, floor),
            OpenAccount: partial(open_or_deposit, floor),
            Logon: partial(log_on, floor),
            Heartbeat: partial(answer_heartbeat, floor),
            QueryOrder: partial(report_order, floor),
            QueryOpenOrders: partial(report_open_orders, floor),
            QueryFills: partial(report_fills, floor),
            QueryBalances: partial(report_balances, floor),
            QueryTradingStatus: partial(report_trading_status, floor),
            QueryDepth: partial(report_depth, floor),
            QueryPositions: partial(report_positions, floor),
            QueryCash: partial(report_cash, floor),
        }
        if rate_limits is not None:
            floor.state.rate_limits = rate_limits
            self.handlers |= {kind: partial(count, floor, self.handlers[kind], weight) for kind, weight in WEIGHTS.items()}
            self.handlers |= {
                QueryRateLimits: partial(report_rate_limits, floor),
                ChangeRateLimits: partial(change_rate_limits, floor),
            }
        self._guarded = any(market.guard is not None for market in floor.state.markets.values())
        self._perpetuals = any(instrument.margin is not None for instrument in instruments)
        if self._perpetuals:
            self.handlers |= {
                IndexPriceChanged: partial(index_changed, floor),
                QuoteChanged: partial(spot_changed, floor),
                LiquidateAccount: partial(liquidate_account, floor),
            }
            self.handlers = {kind: partial(after_due, floor, handler) for kind, handler in self.handlers.items()}

    @property
    def state(self) -> ExchangeState:
        self._floor.write_peaks()
        return self._floor.state

    def restore(self, state: ExchangeState) -> None:
        self._floor.restore(state)

    def deadline(self) -> Nanos | None:
        """Spot has orders that expire; perpetuals have marks and funding too."""
        due = self._floor.next_expiry()
        times = [due[0]] if due is not None else []
        if self._guarded and (guard := self._floor.next_guard()) is not None:
            times.append(guard[0])
        if self._perpetuals:
            times.append(next_due(self._floor))
        return min(times) if times else None
