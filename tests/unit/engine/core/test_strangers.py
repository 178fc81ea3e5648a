"""Reports about accounts, orders and markets that are not ours: nothing is said, and nothing changes."""

import pytest

from seawall.api.accounts import (
    BalancesReported,
    FillsReported,
    HeartbeatAnswered,
    LoggedOn,
    LogonRefused,
    OpenOrdersReported,
    OrderReported,
    SessionLost,
)
from seawall.api.instruments import InstrumentId
from seawall.api.margin import CashReported, FundingPaid, MarginCalled, MarkPriceChanged, PositionsReported
from seawall.api.market_data import BarClosed, DepthChanged, DepthReported, QuoteChanged, Traded
from seawall.api.message import Message
from seawall.api.orders import AccountId, AmendRejected, ClientOrderId, OrderAmended, OrderId, RejectReason, Side, TradeId
from seawall.api.rate_limits import RequestRefused
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.api.venue_operations import TradingStatus, TradingStatusChanged, TradingStatusReported
from seawall.engine.core.feed import FeedSettings
from seawall.runtime.machine import snapshot
from tests.unit.engine.rig import ALPHA_BTC, START, Rig

STRANGER, OURS, KEY = AccountId("stranger"), AccountId("alpha-main"), ALPHA_BTC.id
NOWHERE, USDT, AT = InstrumentId("alpha:DOGE-USDT"), Currency("USDT"), Nanos(START)
KEY_1 = ClientOrderId("no-such")


@pytest.mark.parametrize(
    "report",
    [
        LoggedOn(STRANGER, 1, AT),
        LogonRefused(STRANGER, 1, "no", AT),
        SessionLost(STRANGER, "gone"),
        HeartbeatAnswered(STRANGER, 1, AT),
        RequestRefused(STRANGER, 1, None, AT, AT),
        BalancesReported(STRANGER, 1, (), AT),
        OpenOrdersReported(STRANGER, 1, (), AT),
        FillsReported(STRANGER, 1, KEY, (), True, False, AT),
        OrderReported(STRANGER, 1, KEY, KEY_1, None, AT),
        TradingStatusReported(STRANGER, 1, {}, AT),
        OrderAmended(STRANGER, KEY_1, KEY, OrderId(1), Quantity(1), Quantity(1), AT),
        AmendRejected(STRANGER, KEY_1, KEY, RejectReason.UNKNOWN_ORDER, AT),
        FundingPaid(STRANGER, 1, KEY, USDT, Money(1), 1, Price(1), 1, AT),
        CashReported(STRANGER, 1, (), True, False, AT),
        PositionsReported(STRANGER, 1, (), AT),
        MarginCalled(STRANGER, USDT, Money(1), Money(1), AT),
        Traded(NOWHERE, TradeId(1), Price(1), Quantity(1), Side.BUY, AT),
        QuoteChanged(NOWHERE, 1, Price(1), Quantity(1), Price(2), Quantity(1), AT),
        BarClosed(NOWHERE, Nanos(1), Nanos(2), Price(1), Price(1), Price(1), Price(1), Quantity(1)),
        DepthChanged(NOWHERE, 1, 1, (), (), AT),
        DepthReported(NOWHERE, 1, (), (), AT),
        MarkPriceChanged(NOWHERE, Price(1), Price(1), 0, AT, AT),
        TradingStatusChanged(NOWHERE, TradingStatus.HALTED, "why", AT),
    ],
    ids=lambda report: type(report).__name__,
)  # fmt: skip
def test_what_is_not_ours_is_nothing(report: Message) -> None:
    """Whatever a venue says of others by mistake."""
    rig = Rig(feed=FeedSettings(watch_depth=True))
    before = snapshot(rig.engine)
    assert rig.tell(report) == []
    assert (rig.latest, snapshot(rig.engine)) == ([], before)
