"""Money conserved: what passes, and each way to fail."""

from seawall.api.accounts import AccountRefused, Balance, BalancesReported
from seawall.api.message import Restarted
from seawall.api.units import Currency, Money
from seawall.audit.core.invariants.money_conserved import MoneyConserved
from tests.unit.audit.facts import ANN, BOB, BUY, INSTRUMENTS, MAKER, NOW, SELL, VENUE, Watched, balances, fill, opened, order


def market() -> Watched:
    """Ann has 1000 B, Bob 50 A."""
    watched = Watched(MoneyConserved(INSTRUMENTS))
    assert watched.delivered(opened(ANN, B=1000)) is None
    assert watched.delivered(opened(BOB, A=50)) is None
    return watched


def test_a_fair_trade_passes_and_the_balances_add_up() -> None:
    """Ann buys 20 A for 200 B and pays 1 A; Bob pays 2 B."""
    watched = market()
    assert watched.sent(fill(BOB, SELL, 20, liquidity=MAKER, fee=2)) is None
    assert watched.sent(fill(ANN, BUY, 20, fee=1)) is None
    assert watched.delivered(order(ANN, BUY, 1)) is None
    assert watched.sent(balances(ANN, A=19, B=800)) is None
    assert watched.sent(balances(BOB, A=30, B=198)) is None


def test_a_balance_that_fills_do_not_explain_fails() -> None:
    watched = market()
    watched.sent(fill(BOB, SELL, 20, liquidity=MAKER))
    watched.sent(fill(ANN, BUY, 20))
    assert watched.sent(balances(ANN, A=21, B=800)) == "ann has 21 A minor units at venue:v, its fills make it 20"
    assert watched.sent(balances(BOB, A=30)) == "bob has 0 B minor units at venue:v, its fills make it 200"


def test_spending_more_than_there_is_fails() -> None:
    assert market().sent(fill(ANN, BUY, 101)) == "trade 1 on v:A-B: ann spent 10 B minor units more than it had"


def test_sides_that_disagree_fail() -> None:
    for other, what in (
        (fill(ANN, BUY, 19), "the two sides disagree"),
        (fill(ANN, BUY, 20, price=11), "the two sides disagree"),
        (fill(ANN, BUY, 20, liquidity=MAKER), "the two sides disagree"),
        (fill(BOB, SELL, 20), "both bob and bob are told that they sell"),
    ):
        watched = market()
        watched.sent(fill(BOB, SELL, 20, liquidity=MAKER))
        assert what in (watched.sent(other) or "")


def test_a_trade_with_one_side_only_fails_with_the_next_request() -> None:
    watched = market()
    watched.sent(fill(BOB, SELL, 20, liquidity=MAKER))
    assert watched.delivered(order(ANN, BUY, 1)) == "trade 1 on v:A-B: only the sell of bob was reported"


def test_a_fee_in_the_wrong_currency_or_above_what_was_received_fails() -> None:
    assert "a fee of 1 B was taken from 20 A" in (market().sent(fill(ANN, BUY, 20, fee=1, fee_currency="B")) or "")
    assert "a fee of 21 A was taken from 20 A" in (market().sent(fill(ANN, BUY, 20, fee=21)) or "")


def test_accounts_that_nobody_opened_fail() -> None:
    watched = Watched(MoneyConserved(INSTRUMENTS))
    assert "nobody opened the account ann" in (watched.sent(fill(ANN, BUY, 1)) or "")
    assert "which nobody opened" in (watched.sent(balances(BOB, A=1)) or "")


def test_a_refused_deposit_is_none() -> None:
    watched = market()
    watched.delivered(opened(ANN, B=5_000))
    watched.sent(AccountRefused(ANN, "another owner", NOW))
    assert watched.sent(balances(ANN, B=1000)) is None


def test_a_balance_below_zero_fails() -> None:
    report = BalancesReported(ANN, 1, (Balance(Currency("B"), Money(1001), Money(-1)),), NOW)
    assert "a balance below zero" in (market().sent(report) or "")


def test_after_a_restart_the_venue_is_believed_once() -> None:
    """Fills may have survived that nobody was told of; from the next report of balances on everything must add up again."""
    watched = market()
    watched.sent(fill(BOB, SELL, 20, liquidity=MAKER))
    watched.delivered(Restarted(2), VENUE)
    assert watched.delivered(order(ANN, BUY, 1)) is None
    assert watched.sent(fill(BOB, SELL, 1, trade=9, liquidity=MAKER)) is None
    assert watched.sent(fill(ANN, BUY, 1, trade=9)) is None
    assert watched.sent(balances(ANN, A=3, B=970)) is None
    assert watched.sent(balances(ANN, A=4, B=970)) == "ann has 4 A minor units at venue:v, its fills make it 3"
