"""What happens to an account without its owner's doing: liquidation, deleveraging, an operator's hand, trades past the engine."""

import pytest

from seawall.api.accounts import OpenAccount
from seawall.api.control import Drop
from seawall.api.margin import LiquidateAccount
from seawall.api.message import Address
from seawall.api.orders import AccountId, CancelOrder
from seawall.api.orders import OrderStatus as S
from seawall.api.perpetuals import define_perpetual
from seawall.api.projections import BreakFound, ClosedByVenue
from seawall.api.units import Money
from seawall.api.venue_operations import CancelAccountOrders
from seawall.engine.core.booking import EXTERNAL
from tests.simulation.incidents.stage import ALPHA, BUY, PRIVATE, SELL, Stage
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, BETA_BTC, COIN, ENGINE, INSTRUMENTS, OTHER, STRATEGY, USDT

GAMMA = Address("venue:gamma")
PERPETUAL = define_perpetual("gamma", "BTC-USDT-PERP", tick="0.01", lot="0.001", max_leverage="10", liquidation_fee="0.005")


def perpetual_stage() -> Stage:
    stage = Stage(instruments=(*INSTRUMENTS, PERPETUAL), index={PERPETUAL.id: (ALPHA_BTC, BETA_BTC)})
    stage.other(SELL, 5.0, 100.5, PERPETUAL)
    stage.want(BUY, 5.0, 100.5, tag="long", instrument=PERPETUAL)
    stage.seconds(2)
    assert stage.position(PERPETUAL) == stage.filled_at(PERPETUAL) == 5 * COIN
    return stage


@pytest.mark.parametrize("unheard", [False, True])
def test_liquidation_by_the_venue(unheard: bool) -> None:
    """The venue closes the account's position; its frames come, or are lost on a healthy link. Either way it is noticed, within one
    reconciliation at most: the position is the venue's, its strategy knows, somebody is told who did it, and it is no break."""
    stage = perpetual_stage()
    stage.other(BUY, 50, 99, PERPETUAL)
    mute = stage.fault(Drop(), *PRIVATE, "LiquidationFeeCharged", source=GAMMA) if unheard else ""
    stage.give(LiquidateAccount(AccountId("gamma-main"), "olga", "a test"), GAMMA)
    stage.until(lambda: stage.filled_at(PERPETUAL) == 0, 5)
    assert stage.until(lambda: stage.position(PERPETUAL) == 0, 31) < (31 if unheard else 1)
    if mute:
        stage.heal(mute)
    assert stage.position(PERPETUAL, STRATEGY) == 0
    assert {alert.what for alert in stage.heard(ClosedByVenue)} == {"liquidation"}
    stage.seconds(61)
    assert stage.heard(BreakFound) == []
    venue = stage.venue(GAMMA).state.ledger.accounts[AccountId("gamma-main")]
    booked = stage.engine.booking.balance_changes(PERPETUAL.venue)
    assert venue.free[USDT] == (stage.session("gamma").opening or {})[USDT] + booked[USDT]


@pytest.mark.parametrize("unheard", [False, True])
def test_deleveraging_of_a_winner(unheard: bool) -> None:
    """The other side of our trade is bankrupt, its book empty, the fund too: the venue closes our winning position against it. That is
    noticed like a liquidation, and named for what it is."""
    stage = Stage(instruments=(*INSTRUMENTS, PERPETUAL), index={PERPETUAL.id: (ALPHA_BTC, BETA_BTC)})
    stage.give(OpenAccount(AccountId("weak"), OTHER, {USDT: Money(60 * COIN)}), GAMMA)
    for quote in list(stage.venue(GAMMA).state.markets[PERPETUAL.id].orders.values()):
        stage.give(CancelOrder(quote.account, quote.client_order_id, PERPETUAL.id), GAMMA)
    stage.want(SELL, 5.0, 100.5, tag="short", instrument=PERPETUAL)
    stage.seconds(1)
    stage.other(BUY, 5.0, 100.5, PERPETUAL, account="weak")
    stage.seconds(2)
    assert stage.position(PERPETUAL) == stage.filled_at(PERPETUAL) == -5 * COIN
    mute = stage.fault(Drop(), *PRIVATE, source=GAMMA) if unheard else ""
    for instrument in (ALPHA_BTC, BETA_BTC):
        stage.fall(80, instrument)
        stage.other(SELL, 0.1, 81, instrument)
    stage.until(lambda: stage.filled_at(PERPETUAL) == 0, 60)
    assert stage.until(lambda: stage.position(PERPETUAL) == 0, 31) < (31 if unheard else 1)
    if mute:
        stage.heal(mute)
    assert stage.position(PERPETUAL, STRATEGY) == 0
    assert {alert.what for alert in stage.heard(ClosedByVenue)} == {"deleveraging"}
    stage.seconds(61)
    assert stage.heard(BreakFound) == []


def test_position_of_which_nobody_was_told() -> None:
    """Cold start on an account with a perpetual position that is older than the venue's list of fills: what the venue says it is."""
    stage = perpetual_stage()
    stage.world.crash(stage.engine.address)
    stage.lose_disk()
    stage.venue(GAMMA).state.clients[AccountId("gamma-main")].fills.clear()
    stage.restart()
    stage.seconds(61)
    assert stage.status("gamma") == "live"
    assert stage.position(PERPETUAL) == stage.position(PERPETUAL, EXTERNAL) == 5 * COIN
    assert [found.subject for found in stage.heard(BreakFound)] == [f"position {PERPETUAL.id}"]


@pytest.mark.parametrize("unheard", [False, True])
def test_trade_made_by_hand_on_the_account(unheard: bool) -> None:
    """Somebody buys on the engine's account in the venue's own window, in an instrument that the engine never traded. It is nobody's
    position, but a position: it counts against limits, and balances agree."""
    stage = Stage()
    mute = stage.fault(Drop(), *PRIVATE) if unheard else ""
    stage.other(SELL, 1.0, 100.5, ALPHA_ETH)
    stage.other(BUY, 1.0, 100.5, ALPHA_ETH, account="alpha-main")
    assert stage.until(lambda: stage.position(ALPHA_ETH) == stage.filled_at(ALPHA_ETH), 31) < (31 if unheard else 1)
    if mute:
        stage.heal(mute)
    assert stage.position(ALPHA_ETH, EXTERNAL) == stage.exposed(ALPHA_ETH) > 0
    stage.seconds(31)
    assert stage.heard(BreakFound) == []
    stage.check()


@pytest.mark.parametrize("unheard", [False, True])
def test_orders_ended_by_the_venue_s_operator(unheard: bool) -> None:
    """All orders of the account are ended there. Their ends are heard, or found; nothing stays exposed to orders that are no more."""
    stage = Stage()
    for number in range(3):
        stage.want(BUY, 0.5, 99 - number, tag=f"t{number}")
    stage.seconds(1)
    mute = stage.fault(Drop(), *PRIVATE) if unheard else ""
    stage.give(CancelAccountOrders(AccountId("alpha-main"), "olga", "maintenance"), ALPHA)
    assert stage.until(lambda: not stage.engine.state.orders, 35) < (35 if unheard else 1)
    if mute:
        stage.heal(mute)
    assert [order.status for order in stage.engine.state.closed_orders.values()] == [S.EXPIRED] * 3
    assert stage.exposed() == 0
    stage.seconds(31)
    stage.check()


def test_money_that_moves_by_itself() -> None:
    """A transfer that no fill explains is said once, with both figures, and the venue's are believed."""
    stage = Stage()
    stage.give(OpenAccount(AccountId("alpha-main"), ENGINE, {USDT: Money(7)}), ALPHA)
    stage.seconds(95)
    assert [(found.subject, int(found.theirs) - int(found.ours)) for found in stage.heard(BreakFound)] == [("balance USDT", 7)]
    assert (stage.session().opening or {})[USDT] == stage.deposits[AccountId("alpha-main")][USDT] + 7
