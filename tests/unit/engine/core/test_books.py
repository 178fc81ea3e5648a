"""What supervision compares: the capital that was there before us, and profits as they are followed."""

from seawall.api.market_data import Traded
from seawall.api.orders import Side, TradeId
from seawall.api.units import Currency, Money, Price, Quantity
from tests.unit.engine.core.test_checks import lax
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, BTC, COIN, ETH, STRATEGY, USDT, Rig

DEPOSITS = {USDT: Money(1_000 * COIN), BTC: Money(2 * COIN), ETH: Money(0)}
ALONE = (ALPHA_BTC, ALPHA_ETH)


def looked(deposits: dict[Currency, Money]) -> Rig:
    rig = Rig(lax(max_drawdown_bps=9_999), instruments=ALONE, deposits=deposits)
    rig.seconds(2)
    return rig


def test_without_a_capital_it_is_what_lies_in_the_accounts() -> None:
    """Coins at the middle of the market; a currency of which there is nothing needs no rate."""
    risk = looked(DEPOSITS).engine.state.risk
    assert (risk.opening, risk.equity) == (1_201 * COIN, 1_201 * COIN)


def test_an_account_that_cannot_be_valued_is_no_capital() -> None:
    """Until there is a price."""
    rig = Rig(lax(max_drawdown_bps=9_999), instruments=ALONE, deposits={**DEPOSITS, ETH: Money(COIN)}, quoted=False)
    rig.quote(100, 101)
    rig.seconds(2)
    assert (rig.engine.state.risk.opening, rig.engine.state.risk.equity) == (None, None)
    rig.quote(100, 101, ALPHA_ETH)
    rig.seconds(2)
    assert rig.engine.state.risk.opening == round(1_301.5 * COIN)


def test_an_account_that_was_never_reported_is_not_known_either() -> None:
    rig = Rig(lax(max_drawdown_bps=9_999), instruments=ALONE, live=False)
    rig.seconds(5, hands_off=False)
    assert rig.engine.state.risk.opening is None


def test_the_highest_profit_is_remembered_whatever_comes_later() -> None:
    rig = Rig(lax(max_drawdown_bps=9_999), capital=Money(10_000 * COIN))
    filled(rig, Side.BUY, 1.0)
    for price in (100, 130, 90):
        rig.tell(Traded(ALPHA_BTC.id, TradeId(1), Price(price * 100), Quantity(1), Side.BUY, rig.now))
        rig.seconds(1)
    risk, track = rig.engine.state.risk, rig.engine.state.risk.strategies[STRATEGY]
    assert risk.peak is not None and risk.equity is not None
    assert (risk.peak - risk.equity, track.peak - track.profit) == (round(39.96 * COIN), round(39.96 * COIN))
