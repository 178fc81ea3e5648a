"""Price bands and velocity pauses: between which prices an instrument trades, and what becomes of it when an order would go beyond."""

import msgspec

from seawall.api.instruments import PriceBands, VelocityPause
from seawall.api.message import PUBLIC, Tick
from seawall.api.units import SECOND, Nanos
from seawall.api.venue_operations import HaltInstrument, ResumeInstrument, TradingStatusChanged
from tests.unit.exchange.core.venue import BTC_USDT, Venue, words

BANDS = PriceBands(500, window=Nanos(300 * SECOND), patience=Nanos(15 * SECOND), pause=Nanos(60 * SECOND))
VELOCITY = VelocityPause(200, within=Nanos(10 * SECOND), pause=Nanos(30 * SECOND))


class Bounded(Venue):
    """Its clock is in seconds, and it tells its trading status in words."""

    def __init__(self, bands: PriceBands | None = BANDS, velocity: VelocityPause | None = None) -> None:
        super().__init__(msgspec.structs.replace(BTC_USDT, price_bands=bands, velocity_pause=velocity))
        self.status: list[str] = []

    def at(
        self, second: float, account: str, side: str, price: int, quantity: int, order_type: str = "limit", **terms: object
    ) -> list[str]:
        request = self.request(account, side, price, quantity, order_type, **terms)  # type: ignore[arg-type]
        return self._heard(self.send(request, int(second * SECOND)))

    def tick(self, second: float) -> None:
        self._heard(self.send(Tick(), int(second * SECOND)))

    def trade(self, second: float, price: int, quantity: int = 1) -> None:
        self.at(second, "bob", "sell", price, quantity)
        assert "filled" in self.at(second, "alice", "buy", price, quantity)[-1]

    def _heard(self, told: list[tuple[str, object]]) -> list[str]:
        changes = [message for _, message in told if isinstance(message, TradingStatusChanged)]
        self.status += [f"{change.status} until {change.until // SECOND}" for change in changes]
        return [words(target, message) for target, message in told if target != PUBLIC]  # type: ignore[arg-type]


def test_nothing_trades_beyond_the_bands_and_the_market_is_limited() -> None:
    """Bands of 950 to 1,050 round a mean of 1,000. A market order takes what lies within, and the rest of it expires."""
    venue = Bounded()
    venue.trade(1, 1_000)
    for price in (1_040, 1_060):
        venue.at(2, "bob", "sell", price, 2)
    said = venue.at(3, "alice", "buy", 0, 5, "market", name="m")
    assert said[::2] == ["alice m accepted", "alice m filled 2 at 1040 leaves 3 taker"]
    assert said[-1] == "alice m expired after 2: price_band"
    assert venue.status == ["limited until 18"]
    assert venue.balances("alice") == "BTC 1000003+0, USDT 996920+0"


def test_a_limit_order_neither_trades_nor_stands_beyond_them() -> None:
    venue = Bounded()
    venue.trade(1, 1_000)
    assert venue.at(2, "alice", "buy", 1_051, 1, name="a")[-1] == "alice a expired after 0: price_band"
    assert venue.at(2, "alice", "sell", 949, 1, name="b")[-1] == "alice b expired after 0: price_band"
    assert venue.at(2, "alice", "buy", 1_050, 1, name="c") == ["alice c accepted"]
    assert venue.at(2, "bob", "sell", 1_080, 1, name="d") == ["bob d accepted"], "away from the market it may stand"


def test_a_trade_ends_the_limit_state_and_without_one_the_market_pauses() -> None:
    """Then it trades again by itself, and its bands begin anew."""
    venue = Bounded()
    venue.trade(1, 1_000)
    venue.at(2, "alice", "buy", 1_051, 1)
    venue.trade(3, 1_000)
    assert venue.status == ["limited until 17", "trading until 0"]
    venue.at(4, "alice", "buy", 1_051, 1)
    assert venue.exchange.deadline() == 19 * SECOND
    venue.tick(19)
    assert venue.status[2:] == ["limited until 19", "paused until 79"]
    assert "market_halted: trading is halted: nothing traded within" in venue.at(20, "alice", "buy", 990, 1)[0]
    venue.tick(79)
    assert venue.status[-1] == "trading until 0" and venue.exchange.deadline() is None
    venue.trade(80, 1_500)


def test_bands_follow_the_mean_of_the_window() -> None:
    """Old trades leave it: round 1,000 at first, then round 1,040 alone."""
    venue = Bounded()
    venue.trade(1, 1_000)
    venue.trade(2, 1_040)
    assert venue.at(3, "alice", "buy", 1_080, 1, name="a")[-1].endswith("price_band")
    venue.trade(310, 1_040)
    assert venue.at(311, "alice", "buy", 1_080, 1, name="b") == ["alice b accepted"]


def test_a_move_too_fast_pauses_at_once() -> None:
    """2 % within 10 seconds. The same move, slowly, does not."""
    venue = Bounded(None, VELOCITY)
    venue.trade(1, 1_000)
    venue.trade(2, 1_015)
    venue.at(3, "bob", "sell", 1_025, 1)
    assert venue.at(3, "alice", "buy", 1_030, 1, name="fast")[-1] == "alice fast expired after 0: price_band"
    assert venue.status == ["paused until 33"]
    venue.tick(33)
    venue.trade(34, 1_015)
    assert "filled" in venue.at(60, "alice", "buy", 1_030, 1)[-1]
    assert venue.status == ["paused until 33", "trading until 0"]


def test_stops_that_trigger_into_a_pause_do_not_trade_in_it() -> None:
    """The first would take the price too far and pauses the market; the second, behind it, expires: nobody trades in a pause."""
    venue = Bounded(None, VELOCITY)
    venue.trade(1, 1_000)
    for name in ("one", "two"):
        venue.at(2, "alice", "sell", 0, 1, "stop_loss", name=name, stop_price=995)
    venue.at(2, "bob", "buy", 900, 5)
    venue.at(3, "alice", "sell", 995, 1)
    said = venue.at(3, "bob", "buy", 995, 1)
    assert said[3:] == [
        "alice one triggered", "alice one expired after 0: price_band", "alice two triggered", "alice two expired after 0: price_band",
    ]  # fmt: skip
    assert venue.status == ["paused until 33"]


def test_an_operator_ends_a_pause_or_makes_it_a_halt() -> None:
    venue = Bounded(None, VELOCITY)
    venue.trade(1, 1_000)
    venue.at(2, "alice", "buy", 1_100, 1)
    venue._heard(venue.send(HaltInstrument(BTC_USDT.id, "olga", "a fault"), 3 * SECOND))
    assert venue.exchange.deadline() is None
    venue._heard(venue.send(ResumeInstrument(BTC_USDT.id, "olga", "mended"), 4 * SECOND))
    assert venue.status == ["paused until 32", "halted until 0", "trading until 0"]
    venue.trade(5, 1_100)
