"""Whatever happens on a venue of perpetuals: money sums to zero, longs equal shorts, nobody ends below nothing, any cut recovers.

The reference is naive: it knows nothing of costs, realised profit or margin. It adds up what the venue says: fills as plain buying and
selling for cash, and every other movement of money. What an account then has must be its wallet less what its open positions cost.
"""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import OpenAccount
from seawall.api.margin import FundingPaid, IndexPriceChanged, LiquidateAccount, LiquidationFeeCharged, LossCovered
from seawall.api.message import Address, Message, Tick
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderAccepted, OrderFilled, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import HOUR, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.exchange.core.margin.requirement import standing
from seawall.runtime.machine import handle, snapshot
from tests.replay.cuts import assert_every_cut_recovers

USDT = Currency("USDT")
TIERS = (("5000", "0.05", "0.025"), ("20000", "0.1", "0.05"))
INSTRUMENTS = tuple(
    define_perpetual(
        "p", symbol, tick="1", lot="1", maker_fee="-0.0001", taker_fee="0.001", tiers=TIERS, funding_interval_hours="1",
        liquidation_fee="0.02", base_decimals=0, quote_decimals=0,
    )
    for symbol in ("BTC-USDT-PERP", "ETH-USDT-PERP")
)  # fmt: skip
NAMES = ("alice", "bob", "carol", "dave")
FUNDS = Money(1_000)
START = Nanos(1_700_000_000 * SECOND // HOUR * HOUR)

ACCOUNTS = st.sampled_from([AccountId(name) for name in NAMES])
KEYS = st.sampled_from([i.id for i in INSTRUMENTS] + [INSTRUMENTS[0].id] * 3)
IDS = st.sampled_from([ClientOrderId(name) for name in "abcdef"])
SIDES = st.sampled_from(Side)
LIMIT = st.builds(
    PlaceOrder, ACCOUNTS, IDS, KEYS, SIDES, st.just(OrderType.LIMIT), st.sampled_from(TimeInForce),
    st.integers(1, 80).map(Quantity), st.integers(85, 115).map(Price),
)  # fmt: skip
MARKET = st.builds(PlaceOrder, ACCOUNTS, IDS, KEYS, SIDES, st.just(OrderType.MARKET), quantity=st.integers(1, 60).map(Quantity))
REDUCING = st.builds(
    PlaceOrder, ACCOUNTS, IDS, KEYS, SIDES, st.just(OrderType.LIMIT), st.just(TimeInForce.GTC),
    st.integers(1, 30).map(Quantity), st.integers(95, 110).map(Price), reduce_only=st.just(True),
)  # fmt: skip
STOP = st.builds(
    PlaceOrder, ACCOUNTS, IDS, KEYS, SIDES, st.just(OrderType.STOP_LOSS), quantity=st.integers(1, 30).map(Quantity),
    stop_price=st.integers(90, 110).map(Price), reduce_only=st.booleans(),
)  # fmt: skip
CANCEL = st.builds(CancelOrder, ACCOUNTS, IDS, KEYS)
INDEX = st.builds(IndexPriceChanged, KEYS, st.integers(50, 160).map(Price), st.just(Nanos(0)))
OPERATOR = st.builds(LiquidateAccount, ACCOUNTS, st.just("olga"), st.just("test"))
TIME = st.sampled_from([Tick()])
CHOICES = [LIMIT] * 8 + [MARKET] * 3 + [CANCEL, OPERATOR, STOP] + [REDUCING] * 3 + [INDEX] * 3 + [TIME] * 3
STEPS = st.lists(
    st.tuples(
        st.sampled_from(CHOICES).flatmap(lambda choice: choice),
        st.sampled_from([0] * 4 + [1] * 3 + [1_200]),
    ),
    min_size=20,
    max_size=60,
)


def exchange() -> Exchange:
    return Exchange(Address("venue:p"), INSTRUMENTS)


def journal(steps: list[tuple[Message, int]]) -> list[tuple[Nanos, Message]]:
    now = START
    entries: list[tuple[Nanos, Message]] = [(now, OpenAccount(AccountId(name), Address(f"trader:{name}"), {USDT: FUNDS})) for name in NAMES]
    for message, seconds in steps:
        now = Nanos(now + seconds * SECOND)
        entries.append((now, message))
    return entries


class Naive:
    def __init__(self) -> None:
        self.cash: dict[str, Fraction] = {name: Fraction(FUNDS) for name in NAMES}
        self.lots: dict[tuple[str, str], int] = {}
        self.cash_ids: dict[str, int] = {}
        self.reducing: dict[str, dict[str, bool]] = {}  # Names of open orders that may only reduce, as they were last accepted.
        self.request: PlaceOrder | None = None

    def hear(self, message: Message) -> None:
        if isinstance(message, OrderAccepted) and self.request is not None and message.client_order_id == self.request.client_order_id:
            named = self.reducing.setdefault(message.account, {})
            named.pop(message.client_order_id, None)
            if self.request.reduce_only:
                named[message.client_order_id] = True
        if isinstance(message, OrderFilled):
            sign = 1 if message.side is Side.BUY else -1
            self.cash[message.account] -= sign * message.price * message.quantity + message.fee
            key = message.account, message.instrument
            before = self.lots.get(key, 0)
            self.lots[key] = before + sign * message.quantity
            if message.client_order_id in self.reducing.get(message.account, {}):
                assert abs(self.lots[key]) < abs(before) and before * self.lots[key] >= 0, f"a reduce-only order led from {before} on"
        elif isinstance(message, FundingPaid | LiquidationFeeCharged | LossCovered):
            self.cash[message.account] += message.amount
            assert message.cash_id == self.cash_ids.get(message.account, 0) + 1
            self.cash_ids[message.account] = message.cash_id

    def agrees(self, machine: Exchange) -> None:
        for name, account in machine.state.ledger.accounts.items():
            held = {key: position.quantity for key, position in account.positions.items()}
            assert held == {key: lots for (owner, key), lots in self.lots.items() if owner == name and lots}
            cost = sum(position.cost for position in account.positions.values())
            assert account.free[USDT] == self.cash[name] + cost, f"{name}: what was paid and what is held disagree"


def check(machine: Exchange) -> None:
    ledger = machine.state.ledger
    accounts = ledger.accounts.values()
    pockets = (ledger.fees, ledger.outside, ledger.insurance, ledger.clearing)
    assert sum(a.free[USDT] for a in accounts) + sum(p[USDT] for p in pockets) == 0, "money appeared or vanished"
    assert ledger.clearing[USDT] + sum(p.cost for a in accounts for p in a.positions.values()) == 0, "a profit that nobody lost"
    for instrument in INSTRUMENTS:
        assert sum(a.positions[instrument.id].quantity for a in accounts if instrument.id in a.positions) == 0, "longs are not shorts"
    assert all(position.quantity for a in accounts for position in a.positions.values())
    assert ledger.insurance[USDT] >= 0 and not any(a.locked[USDT] for a in accounts)


@settings(max_examples=150)
@given(STEPS)
def test_the_books_always_balance(steps: list[tuple[Message, int]]) -> None:
    machine, naive = exchange(), Naive()
    for now, message in journal(steps):
        naive.request = message if isinstance(message, PlaceOrder) else None
        for envelope in handle(machine, message, now):
            naive.hear(envelope.message)
        naive.agrees(machine)
        check(machine)
    snapshot(machine)


@settings(max_examples=100)
@given(STEPS)
def test_the_last_mark_leaves_nobody_in_debt(steps: list[tuple[Message, int]]) -> None:
    """Once more after everything: whoever holds nothing owes nothing, and who owes more than the fund has, holds nothing."""
    machine = exchange()
    now = START
    for now, message in journal(steps):
        handle(machine, message, now)
    for seconds in (1, 2, 3):
        handle(machine, Tick(), Nanos(now + seconds * SECOND))
    ledger = machine.state.ledger
    for account in ledger.accounts.values():
        equity = standing(machine._floor, account, USDT).equity
        assert equity >= 0 or (account.positions and equity + ledger.insurance[USDT] > 0)


@settings(max_examples=60)
@given(STEPS)
def test_stopped_anywhere_it_goes_on_as_if_nothing_had_been(steps: list[tuple[Message, int]]) -> None:
    entries = journal(steps)
    assert_every_cut_recovers(exchange, entries, cuts=len(entries))


def test_sequences_reach_what_they_are_meant_to_reach() -> None:
    """Liquidations, deleveraging, funding, covered losses: all of it happens."""
    told: dict[str, int] = {}

    @settings(max_examples=500, derandomize=True)  # The same sequences every time: this asks about the generator.
    @given(STEPS)
    def count(steps: list[tuple[Message, int]]) -> None:
        machine = exchange()
        for now, message in journal(steps):
            for envelope in handle(machine, message, now):
                said = envelope.message
                name = type(said).__name__ + getattr(said, "reason", "")
                key = getattr(said, "client_order_id", "")
                name += " autoclose" if key.startswith("autoclose") else " adl" if key.startswith("adl") else ""
                told[name] = told.get(name, 0) + 1

    count()
    wanted = ("FundingPaid", "LiquidationFeeCharged", "MarginCalled", "OrderFilled autoclose", "OrderFilled adl", "LossCovered")
    for name in (*wanted, "OrderRejectedinsufficient_margin"):
        assert told.get(name, 0) >= 1, f"only {told.get(name, 0)} of {name}: {told}"
