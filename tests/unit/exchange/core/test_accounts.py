"""Money moves, and none of it appears or vanishes."""

import pytest

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.message import Address
from seawall.api.orders import AccountId, Side
from seawall.api.units import Currency, Money
from seawall.exchange.core.accounts import MAX_MONEY, Account, Ledger, lock, lock_needed, new_ledger, open_account, release, settle

BTC, USDT = Currency("BTC"), Currency("USDT")
BTC_USDT = define_spot("test", "BTC-USDT", tick="0.01", lot="0.001", base_decimals=3, quote_decimals=5)  # 1 lot is 1, 1 tick x 1 lot is 1.


def ledger_with(**balances: tuple[int, int]) -> Ledger:
    """Accounts by name, with BTC and USDT."""
    ledger = new_ledger([BTC, USDT])
    for name, (btc, usdt) in balances.items():
        assert open_account(ledger, deposit(name, btc, usdt)) is None
    return ledger


def deposit(name: str, btc: int, usdt: int, owner: str = "trader:x") -> OpenAccount:
    return OpenAccount(AccountId(name), Address(owner), {BTC: Money(btc), USDT: Money(usdt)})


def account(ledger: Ledger, name: str) -> Account:
    return ledger.accounts[AccountId(name)]


def total(ledger: Ledger, currency: Currency) -> int:
    held = [pocket[currency] for each in ledger.accounts.values() for pocket in (each.free, each.locked)]
    return sum(held) + ledger.fees[currency] + ledger.outside[currency]


def test_deposits_come_from_outside() -> None:
    """What an account has, the outside lacks; a second deposit adds to the first."""
    ledger = ledger_with(alice=(5, 100))
    assert open_account(ledger, deposit("alice", 1, 0)) is None
    assert account(ledger, "alice").free == {BTC: 6, USDT: 100}
    assert ledger.outside == {BTC: -6, USDT: -100}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (deposit("", 1, 1), "an account id has 1 to 64 characters"),
        (deposit("x" * 65, 1, 1), "an account id has 1 to 64 characters"),
        (deposit("bob", 1, 1, owner=""), "an account needs an owner: the address its reports go to"),
        (deposit("alice", 1, 1, owner="trader:y"), "account alice belongs to another owner; deposit in the name of the one who opened it"),
        (deposit("bob", 1, -1), "a deposit of -1 USDT minor units is negative"),
        (deposit("bob", 1, MAX_MONEY), f"a deposit of {MAX_MONEY} USDT minor units would bring the venue above {MAX_MONEY}"),
        (
            OpenAccount(AccountId("bob"), Address("b"), {Currency("UDST"): Money(1)}),
            "UDST is not traded here; the currencies are BTC, USDT",
        ),
    ],
)
def test_a_bad_deposit_is_explained_and_has_no_effect(command: OpenAccount, reason: str) -> None:
    """Also the good part of it, and the account that it would have opened."""
    ledger = ledger_with(alice=(5, 100))
    assert open_account(ledger, command) == reason
    assert list(ledger.accounts) == ["alice"]
    assert account(ledger, "alice").free == {BTC: 5, USDT: 100}


def test_a_buy_locks_its_price_and_a_sell_what_it_sells() -> None:
    """In minor units, exactly."""
    assert lock_needed(BTC_USDT, Side.BUY, 200, 3) == (USDT, 600)
    assert lock_needed(BTC_USDT, Side.SELL, 200, 3) == (BTC, 3)


def test_only_what_is_free_can_be_locked() -> None:
    """All of it, but not one unit more; released money is free again."""
    ledger = ledger_with(alice=(0, 100))
    alice = account(ledger, "alice")
    assert lock(alice, USDT, 60)
    assert not lock(alice, USDT, 41)
    assert (alice.free[USDT], alice.locked[USDT]) == (40, 60)
    assert lock(alice, USDT, 40)
    release(alice, USDT, 100)
    assert (alice.free[USDT], alice.locked[USDT]) == (100, 0)


def test_a_trade_swaps_what_both_had_locked_less_fees() -> None:
    """Each fee comes off what that side receives, and goes to the venue."""
    ledger = ledger_with(buyer=(0, 60_000), seller=(2_000, 0))
    buyer, seller = account(ledger, "buyer"), account(ledger, "seller")
    assert lock(buyer, USDT, 60_000) and lock(seller, BTC, 1_000)
    assert settle(ledger, BTC_USDT, buyer, seller, 50, 1_000, 2_000_000, 1_000_000) == (2, 50)
    assert (buyer.free, buyer.locked) == ({BTC: 998, USDT: 0}, {BTC: 0, USDT: 10_000})
    assert (seller.free, seller.locked) == ({BTC: 1_000, USDT: 49_950}, {BTC: 0, USDT: 0})
    assert ledger.fees == {BTC: 2, USDT: 50}
    assert (total(ledger, BTC), total(ledger, USDT)) == (0, 0)


@pytest.mark.parametrize(("fee_ppb", "fee"), [(0, 0), (1, 1), (100_000_000, 1), (100_000_001, 2), (10**9, 10), (-1, 0), (-100_000_001, -1)])
def test_fees_round_up_and_rebates_down(fee_ppb: int, fee: int) -> None:
    """Against the client, always; and never more than he received."""
    ledger = ledger_with(buyer=(0, 100), seller=(10, 0))
    buyer, seller = account(ledger, "buyer"), account(ledger, "seller")
    assert lock(buyer, USDT, 100) and lock(seller, BTC, 10)
    assert settle(ledger, BTC_USDT, buyer, seller, 1, 10, fee_ppb, fee_ppb) == (fee, fee)
    assert buyer.free[BTC] == seller.free[USDT] == 10 - fee
    assert (total(ledger, BTC), total(ledger, USDT)) == (0, 0)
