"""Views over positions: profit and loss by strategy, venue, symbol and currency; gross exposure in money."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.instruments import Instrument
from seawall.api.message import Address
from seawall.api.orders import Side
from seawall.api.signals import StrategyStarted
from seawall.api.units import Price
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
    total = portfolio.total()
    rounding = 1 + len(list(portfolio.rows()))
    for view in (portfolio.by_currency(), portfolio.by_venue(), portfolio.by_symbol()):
        assert abs(sum(result.total for result in view.values()) - total) <= rounding  # type: ignore[operator, misc, attr-defined]
    assert portfolio.total(STRATEGY) + portfolio.total(SECOND_STRATEGY) == total  # type: ignore[operator]
    assert portfolio.total(Address("strategy:none")) == 0
    assert list(portfolio.by_currency()) in ([], [USDT])
    exact = Fraction(0)
    for venue in ("alpha", "beta"):
        balances = rig.balances_at(venue)
        exact += balances[USDT] - 10**7 * COIN
        for instrument in (i for i in rig.settings.instruments if i.venue == venue):
            mark = rig.engine.state.markets[instrument.id].mark()
            exact += Fraction(rig.position(instrument) * mark * instrument.tick_value, instrument.lot_value)
    assert abs(total - exact) <= rounding  # type: ignore[operator]


def test_gross_notional_is_what_could_be_held() -> None:
    """Each instrument at the largest position its working orders lead to; None while something cannot be valued."""
    rig = Rig()
    portfolio = rig.engine.portfolio
    assert portfolio.gross_notional() == 0
    rig.want(quantity=2.0)
    rig.want(Side.SELL, 3.0, 150, venue="beta")
    mark = 100.5
    assert portfolio.gross_notional() == round(5 * mark * COIN)
    assert portfolio.gross_notional(COIN, ALPHA_ETH) == round(6 * mark * COIN)
    market = rig.engine.state.markets[BETA_BTC.id]
    market.bid = market.ask = Price(0)
    assert portfolio.gross_notional() is None
