"""Views over positions: profit and loss by strategy, venue, symbol and currency; gross exposure in money."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, Venue, define_spot
from seawall.api.message import Address
from seawall.api.orders import AccountId, ClientOrderId, Liquidity, OrderFilled, OrderId, Side, TradeId
from seawall.api.signals import StrategyStarted
from seawall.api.units import Currency, Money, Price, Quantity
from seawall.engine.core.portfolio import ProfitAndLoss, Totals
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, BETA_BTC, COIN, STRATEGY, USDT, Rig

SECOND_STRATEGY = Address("strategy:second")
TRADES = st.lists(
    st.tuples(
        st.sampled_from([ALPHA_BTC, ALPHA_ETH, BETA_BTC]), st.sampled_from(Side), st.integers(1, 30), st.integers(90, 110), st.booleans()
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(TRADES)
def test_every_cut_through_the_positions_adds_up(trades: list[tuple[Instrument, Side, int, int, bool]]) -> None:
    """By venue, symbol, currency and strategy: the same total, and that is cash plus worth, whatever was traded."""
    rig = Rig()
    rig.tell(StrategyStarted(SECOND_STRATEGY, "T", "1", 1.0, 0.1))
    for instrument, side, tenths, price, second in trades:
        against = Side.SELL if side is Side.BUY else Side.BUY
        rig.other(against, tenths * instrument.quantity_scale // 10, price, instrument)
        strategy = SECOND_STRATEGY if second else STRATEGY
        rig.want(side, tenths / 10, price, venue=instrument.venue, symbol=instrument.symbol, strategy=strategy)
        rig.hands_off()
    portfolio = rig.engine.portfolio
    exact = Fraction(0)
    for venue in ("alpha", "beta"):
        balances = rig.balances_at(venue)
        exact += balances[USDT] - 10**7 * COIN
        for instrument in (i for i in rig.settings.instruments if i.venue == venue):
            mark = rig.engine.state.markets[instrument.id].mark()
            exact += Fraction(rig.position(instrument) * mark * instrument.tick_value, instrument.lot_value)
    total = portfolio.total()
    assert total == portfolio.totals().profit == round(exact)
    assert list(portfolio.by_currency()) in ([], [USDT])
    for view in (portfolio.by_currency(), portfolio.by_venue(), portfolio.by_symbol()):
        assert abs(sum(result.total for result in view.values()) - total) <= len(view) / 2  # type: ignore[attr-defined]
    of_each = [portfolio.total(strategy) for strategy in (STRATEGY, SECOND_STRATEGY)]
    assert abs(sum(each for each in of_each if each is not None) - total) <= 1
    assert portfolio.total(Address("strategy:none")) == 0


def test_gross_notional_is_what_could_be_held() -> None:
    """Each instrument at the largest position its working orders lead to; None while something cannot be valued."""
    rig = Rig()
    portfolio = rig.engine.portfolio
    assert portfolio.gross_notional() == 0
    rig.want(quantity=2.0)
    rig.want(Side.SELL, 3.0, 150, venue="beta")
    mark, own = 100.5, portfolio.exposures.by_instrument[ALPHA_ETH.id]
    assert portfolio.gross_notional(own, 1) == round(5 * mark * COIN) + 101, "for limits: rounded up"
    assert portfolio.gross_notional() == round(5 * mark * COIN)
    assert portfolio.gross_notional(own, COIN) == round(6 * mark * COIN)
    market = rig.engine.state.markets[BETA_BTC.id]
    market.bid = market.ask = Price(0)
    assert portfolio.gross_notional() is None


def test_what_is_rounded_is_rounded_once() -> None:
    """Minor units of a coin at 100.5: half a minor unit each. For limits the sum is rounded up."""
    rig = Rig()
    for strategy, quantity, total in ((STRATEGY, 1, 100), (SECOND_STRATEGY, 1, 201), (STRATEGY, 2, 302)):
        rig.engine.booking.position_of(strategy, ALPHA_BTC.id).quantity = quantity
        assert rig.engine.portfolio.total() == rig.engine.portfolio.totals().net == total
    rig.engine.exposures.change(STRATEGY, ALPHA_BTC.id, Side.BUY, 0, 1)
    rig.engine.exposures.change(STRATEGY, BETA_BTC.id, Side.BUY, 0, -1)
    assert rig.engine.portfolio.gross_notional() == 201


def bought(rig: Rig, fee: int, currency: str) -> None:
    rig.want(tag="t")
    report = OrderFilled(
        AccountId("alpha-main"), ClientOrderId("1-1"), ALPHA_BTC.id, OrderId(1), TradeId(1), Side.BUY, Price(10_000), Quantity(1_000),
        Quantity(1_000), Quantity(0), Liquidity.TAKER, Money(fee), Currency(currency), rig.now,
    )  # fmt: skip
    rig.tell(report)


def test_fees_in_a_third_currency_are_taken_off() -> None:
    """Valued when asked: without a rate there is no total, and with one it is less by the fee."""
    rig = Rig()
    bought(rig, 3 * COIN, "ETH")
    portfolio = rig.engine.portfolio
    eth = rig.engine.state.markets[ALPHA_ETH.id]
    assert portfolio.total() == (100.5 - 100) * COIN - 3 * 100.5 * COIN
    assert rig.engine.booking.balance_changes(Venue("alpha")) == {"BTC": COIN, "USDT": -100 * COIN, "ETH": -3 * COIN}
    eth.bid = eth.ask = Price(0)
    assert portfolio.total() is None


USDC_MARKET = define_spot("alpha", "ETH-USDC", tick="0.01", lot="0.001")


def held_elsewhere() -> Rig:
    """One coin that gained half a dollar, and one bought for 100 USDC."""
    rig = Rig(instruments=(ALPHA_BTC, USDC_MARKET))
    bought(rig, 0, "USDT")
    position = rig.engine.booking.position_of(STRATEGY, USDC_MARKET.id)
    position.quantity, position.cost = COIN, 100 * COIN
    return rig


def test_a_position_in_a_currency_without_a_rate_has_no_total() -> None:
    """`totals` leaves it out by name, and says gross worth, net worth and result of the rest. In its own currency it has a result."""
    portfolio = held_elsewhere().engine.portfolio
    assert portfolio.total() is None
    assert portfolio.gross_notional(portfolio.exposures.by_instrument[USDC_MARKET.id], COIN) is None
    assert portfolio.totals() == Totals(round(100.5 * COIN), round(100.5 * COIN), COIN // 2, (), (Currency("USDC"),))
    assert portfolio.by_currency()[Currency("USDC")] == ProfitAndLoss(0, COIN // 2, 0)


def test_a_position_without_a_price_is_unknown_in_every_view() -> None:
    """It is neither worthless nor worth what it cost; `totals` leaves it out by name. What is realised stays known."""
    rig = held_elsewhere()
    market = rig.engine.state.markets[ALPHA_BTC.id]
    market.bid = Price(0)
    portfolio = rig.engine.portfolio
    assert portfolio.total() is None
    assert portfolio.totals() == Totals(0, 0, 0, (ALPHA_BTC.id,), (Currency("USDC"),))
    assert [row.worth for row in portfolio.rows()] == [None, round(100.5 * COIN)]
    unknown = ProfitAndLoss(0, None, 0)
    assert unknown.total is None
    assert portfolio.by_currency()[USDT] == portfolio.by_venue()[Venue("alpha"), USDT] == unknown
    assert portfolio.by_symbol()[ALPHA_BTC.symbol, USDT] == unknown
    rig.engine.state.positions[STRATEGY][ALPHA_BTC.id].quantity = 0
    assert portfolio.by_currency()[USDT].total == -100 * COIN, "nothing is held: no price is needed"
    assert portfolio.totals().unpriced == ()
