"""Messages to bytes and back. The registry of every message between services: a new one is one class in `api` and one line here.

The fault vocabulary is not among them: hosts that journal it add it to the union themselves.
"""

from functools import reduce
from operator import or_
from typing import Any

import msgspec

from seawall.api import accounts, margin, market_data, message, orders, projections, risk, signals, supervision, venue_operations
from seawall.api.message import Message

MESSAGES: tuple[type[Message], ...] = (
    message.Tick,
    message.Restarted,
    orders.PlaceOrder,
    orders.CancelOrder,
    orders.OrderAccepted,
    orders.OrderRejected,
    orders.OrderFilled,
    orders.OrderCanceled,
    orders.OrderExpired,
    orders.CancelRejected,
    orders.AmendOrder,
    orders.ReplaceOrder,
    orders.PlaceOrderList,
    orders.OrderTriggered,
    orders.OrderAmended,
    orders.AmendRejected,
    orders.OrderReleased,
    accounts.OpenAccount,
    accounts.AccountRefused,
    accounts.Logon,
    accounts.LoggedOn,
    accounts.LogonRefused,
    accounts.Heartbeat,
    accounts.HeartbeatAnswered,
    accounts.SessionLost,
    accounts.QueryOrder,
    accounts.OrderReported,
    accounts.QueryOpenOrders,
    accounts.OpenOrdersReported,
    accounts.QueryFills,
    accounts.FillsReported,
    accounts.QueryBalances,
    accounts.BalancesReported,
    market_data.Traded,
    market_data.QuoteChanged,
    market_data.DepthChanged,
    market_data.QueryDepth,
    market_data.DepthReported,
    market_data.BarClosed,
    market_data.ReferenceMoved,
    margin.MarkPriceChanged,
    margin.IndexPriceChanged,
    margin.FundingPaid,
    margin.LiquidationFeeCharged,
    margin.LossCovered,
    margin.MarginCalled,
    margin.QueryPositions,
    margin.PositionsReported,
    margin.QueryCash,
    margin.CashReported,
    margin.LiquidateAccount,
    signals.SignalGenerated,
    signals.OrderRequested,
    signals.CancelRequested,
    signals.AmendRequested,
    signals.ReplaceRequested,
    signals.ListRequested,
    signals.StartStrategy,
    signals.StopStrategy,
    signals.StrategyStarted,
    signals.StrategyStopped,
    signals.StrategyFailed,
    signals.FillApplied,
    signals.FundingApplied,
    signals.OrderChanged,
    signals.BreachReported,
    risk.HaltTrading,
    risk.ResumeTrading,
    risk.TradingHalted,
    risk.TradingResumed,
    risk.WriteOffOrder,
    risk.OrderWrittenOff,
    risk.WriteOffRefused,
    supervision.RestrictTrading,
    supervision.KillTrading,
    supervision.StopTrading,
    supervision.ClosePosition,
    supervision.SuspendStrategy,
    supervision.Rearm,
    supervision.SetLimits,
    supervision.CommandRefused,
    supervision.TradingModeChanged,
    supervision.LimitsChanged,
    supervision.BreakerTripped,
    supervision.BreakerRearmed,
    supervision.AlertRaised,
    supervision.AlertCleared,
    supervision.TierChanged,
    supervision.LiquidationEnded,
    supervision.TradingStopped,
    projections.OrderClosed,
    projections.IntentRefused,
    projections.SessionChanged,
    projections.BreakFound,
    projections.ClosedByVenue,
    projections.RiskCheckResult,
    venue_operations.HaltInstrument,
    venue_operations.ResumeInstrument,
    venue_operations.CancelAccountOrders,
    venue_operations.TradingStatusChanged,
    venue_operations.QueryTradingStatus,
    venue_operations.TradingStatusReported,
)

encode = msgspec.msgpack.Encoder().encode


def union_of(*messages: type[Message]) -> Any:
    """A tagged union, to be used in the type given to a msgspec decoder."""
    return reduce(or_, messages)


decode_message = msgspec.msgpack.Decoder(union_of(*MESSAGES)).decode
