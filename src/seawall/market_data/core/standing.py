"""The standing market: what `seawall sim` and the demo run in when no other is named. Two venues, three coins, four kinds of traders."""

from seawall.api.instruments import Venue, define_spot
from seawall.api.units import MINUTE, PPB, SECOND, Currency, Nanos
from seawall.market_data.core.correlation import Correlated
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.market import Market, VenueSpec
from seawall.market_data.core.price_process import Asset, Disagreement
from seawall.market_data.core.processes import Jumps, Regime, RegimeSwitching
from seawall.market_data.core.traders import Arbitrageurs, MarketMakers, MomentumTraders, NoiseTraders
from seawall.market_data.core.traders.market_makers import Level

BPS = PPB // 10_000
BTC, ETH, SOL = Currency("BTC"), Currency("ETH"), Currency("SOL")
STRAYS = Disagreement(8 * BPS, Nanos(120 * SECOND))


def _asset(currency: Currency, opening: int, hourly_bps: int, jump_bps: int) -> Asset:
    regimes = (Regime(hourly_bps * BPS * 4 // 5, Nanos(20 * MINUTE)), Regime(hourly_bps * BPS * 2, Nanos(4 * MINUTE)))
    return Asset(currency, opening * WORTH, (RegimeSwitching(regimes), Jumps(PPB // 2, jump_bps * BPS)))


STANDING = Market(
    assets=(_asset(BTC, 60_000, 60, 15), _asset(ETH, 3_000, 80, 20), _asset(SOL, 150, 120, 30)),
    venues=(
        VenueSpec(
            Venue("alpha"),
            (
                define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.00001", maker_fee="0", taker_fee="0.0002", min_notional="5"),
                define_spot("alpha", "ETH-USDT", tick="0.01", lot="0.0001", maker_fee="0", taker_fee="0.0002", min_notional="5"),
                define_spot("alpha", "SOL-USDT", tick="0.001", lot="0.01", maker_fee="0", taker_fee="0.0002", min_notional="5"),
            ),
            STRAYS,
        ),
        VenueSpec(
            Venue("beta"),
            (
                define_spot("beta", "BTC-USDT", tick="0.01", lot="0.0001", maker_fee="0", taker_fee="0.0003", min_notional="10"),
                define_spot("beta", "ETH-USDT", tick="0.01", lot="0.001", maker_fee="0", taker_fee="0.0003", min_notional="10"),
                define_spot("beta", "SOL-USDT", tick="0.01", lot="0.1", maker_fee="0", taker_fee="0.0003", min_notional="10"),
            ),
            STRAYS,
        ),
    ),
    correlation=(Correlated(BTC, ETH, PPB * 7 // 10), Correlated(BTC, SOL, PPB * 3 // 5), Correlated(ETH, SOL, PPB * 3 // 5)),
    traders=(
        MarketMakers(levels=tuple(Level(BPS + 2 * level * BPS, 5_000 * WORTH, 2 * BPS) for level in range(5))),
        NoiseTraders(
            every=Nanos(3 * SECOND), amount=800 * WORTH, octaves=3 * PPB // 2, largest=25_000 * WORTH,
            echoes=PPB // 2, fades_over=Nanos(4 * SECOND), mood=PPB * 3 // 4,
        ),
        MomentumTraders(threshold=25 * BPS, amount=3_000 * WORTH, most=30_000 * WORTH),
        Arbitrageurs(edge=10 * BPS, amount=5_000 * WORTH, inventory_limit=150_000 * WORTH),
    ),
)  # fmt: skip
