"""What becomes of an account that cannot carry its positions any more: warned, closed through the book, insured, deleveraged."""

import msgspec

from seawall.api.margin import LiquidateAccount
from seawall.api.market_data import Traded
from seawall.api.orders import AccountId
from tests.unit.exchange.core.margin.pit import BTC, ETH, Pit


def conserved(pit: Pit) -> bool:
    ledger = pit.exchange.state.ledger
    held = sum(account.free["USDT"] + account.locked["USDT"] for account in ledger.accounts.values())  # type: ignore[index]
    return held + sum(pocket["USDT"] for pocket in (ledger.fees, ledger.outside, ledger.insurance, ledger.clearing)) == 0  # type: ignore[index]


def moved_to(pit: Pit, price: int) -> list[str]:
    """The index and the last trade are there, and a second has passed."""
    pit.index(price)
    pit.trade("carol", "dave", price, 1)
    return pit.wait()


def test_a_warning_comes_first_and_once() -> None:
    """Equity 1,000 - 100 x 5.. : at 94 it is 400 against 470: too late; at 95 500 against 475: a warning."""
    pit = Pit(funds={"dave": 10**6, "carol": 10**6, "bob": 10**6})
    pit.trade("alice", "bob", 100, 100)
    assert moved_to(pit, 95) == ["alice called equity 500 maintenance 475"]
    assert moved_to(pit, 95) == []
    moved_to(pit, 105)
    assert moved_to(pit, 95) == ["alice called equity 500 maintenance 475"]


def test_positions_are_closed_through_the_book() -> None:
    """Orders go first; the position meets the bids; everybody sees the trade; what is left of the equity is hers."""
    pit = Pit(funds={"dave": 10**6, "carol": 10**6, "bob": 10**6})
    pit.trade("alice", "bob", 100, 100)
    pit.order("alice", "sell", 120, 10)
    pit.order("carol", "buy", 93, 200)
    pit.public.clear()
    assert [line for line in moved_to(pit, 94) if "alice" in line] == [
        "alice called equity 400 maintenance 470",
        "alice 3 expired after 0: liquidation",
        "alice autoclose-7 accepted",
        "alice autoclose-7 filled 100 at 93 leaves 0 taker",
    ]
    assert pit.position("alice") == (0, 0)
    assert pit.wallet("alice") == 300
    assert any(isinstance(m, Traded) and m.quantity == 100 and m.price == 93 for m in pit.public)
    assert conserved(pit)


def test_the_fee_goes_to_the_insurance_fund_as_far_as_there_is_equity() -> None:
    """10 % of 9,400 is wanted, 300 is there."""
    dear = msgspec.structs.replace(BTC, margin=msgspec.structs.replace(BTC.margin, liquidation_fee_ppb=10**8))
    pit = Pit(dear, funds={"dave": 10**6, "carol": 10**6, "bob": 10**6})
    pit.trade("alice", "bob", 100, 100)
    pit.order("carol", "buy", 93, 200)
    assert moved_to(pit, 94)[-1] == "alice fee -300"
    assert (pit.wallet("alice"), pit.exchange.state.ledger.insurance["USDT"]) == (0, 300)  # type: ignore[index]
    assert conserved(pit)


def test_only_as_much_is_closed_as_is_needed() -> None:
    """Two positions: closing the one that needs most margin is enough."""
    pit = Pit(BTC, ETH, funds={"dave": 10**6, "carol": 10**6, "bob": 10**6})
    pit.trade("alice", "bob", 100, 70)
    pit.trade("alice", "bob", 10, 200, ETH)
    pit.order("carol", "buy", 90, 200)
    moved_to(pit, 91)
    pit.trade("carol", "dave", 10, 1, ETH)
    pit.wait()
    assert pit.position("alice") == (0, 0)
    assert pit.position("alice", ETH) == (200, 2_000)


def test_the_insurance_fund_pays_for_what_the_book_took_too_cheaply() -> None:
    """Sold at 85: 500 more is lost than was there."""
    pit = Pit(funds={"dave": 10**6, "carol": 10**6, "bob": 10**6})
    pit.insure(600)
    pit.trade("alice", "bob", 100, 100)
    pit.order("carol", "buy", 85, 200)
    pit.index(92)
    pit.order("dave", "sell", 92, 1)
    pit.order("bob", "buy", 92, 1)
    assert pit.wait()[-1] == "alice covered 500"
    assert (pit.wallet("alice"), pit.position("alice"), pit.exchange.state.ledger.insurance["USDT"]) == (0, (0, 0), 100)  # type: ignore[index]
    assert conserved(pit)


def test_no_worse_than_the_fund_can_pay() -> None:
    """A bid at 80 would cost 1,000 more than she has, the fund has 600: the book's offer is refused, the position stands."""
    pit = Pit(funds={"dave": 10**6, "carol": 10**6, "bob": 10**6})
    pit.insure(600)
    pit.trade("alice", "bob", 100, 100)
    pit.order("carol", "buy", 80, 200)
    pit.index(92)
    pit.order("dave", "sell", 92, 1)
    pit.order("bob", "buy", 92, 1)
    assert pit.wait()[-1] == "alice autoclose-6 expired after 0"
    assert pit.position("alice") == (100, 10_000)


def test_when_nothing_is_left_winners_give_up_their_profit() -> None:
    """No bids, no fund, 1,500 down on 1,000. Bob and Carol are short alike; Carol has less behind it, so she is first."""
    pit = Pit(funds={"dave": 10**6, "bob": 100_000, "carol": 5_000})
    pit.trade("alice", "bob", 100, 50)
    pit.trade("alice", "carol", 100, 50)
    pit.index(85)
    pit.order("dave", "sell", 85, 1)
    pit.order("bob", "buy", 85, 1)
    said = [line.split(" filled ")[1] for line in pit.wait() if "adl_autoclose" in line]
    assert said == ["50 at 90 leaves 0 maker", "49 at 90 leaves 0 maker", "1 at 90 leaves 0 maker"]
    assert (pit.wallet("alice"), pit.position("alice")) == (0, (0, 0))
    assert pit.wallet("carol") == 5_500
    assert conserved(pit)


def test_an_operator_can_liquidate_and_has_to_say_why() -> None:
    pit = Pit()
    pit.trade("alice", "bob", 100, 10)
    pit.wait()
    pit.order("carol", "buy", 99, 10)
    pit.send(LiquidateAccount(AccountId("alice"), "", "because"))
    assert pit.position("alice") == (10, 1_000)
    said = pit.send(LiquidateAccount(AccountId("alice"), "olga", "court order"))
    assert said[-1].endswith("filled 10 at 99 leaves 0 taker")
    assert pit.position("alice") == (0, 0) and conserved(pit)
