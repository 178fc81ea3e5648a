"""Perpetuals make no money and lose none: both sides of a trade agree, funding is what some pay to others, a wallet is what was put in,
what was closed and what was paid.

The books are kept from messages alone, as in `money_conserved`. After a venue's restart they begin anew with accounts that are opened then:
what it survived nobody was told of.
"""

from collections.abc import Mapping
from fractions import Fraction

from seawall.api.accounts import BalancesReported, OpenAccount
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.margin import FundingPaid, LiquidationFeeCharged, LossCovered
from seawall.api.message import Address, Message, Restarted
from seawall.api.orders import AccountId, OrderFilled, Side, TradeId
from seawall.api.units import Currency, Nanos
from seawall.audit.core.invariants.invariant import Watcher

BUY = Side.BUY

_Movement = FundingPaid | LiquidationFeeCharged | LossCovered


class _Account:
    def __init__(self) -> None:
        self.cash: dict[Currency, int] = {}  # As if every position were paid for.
        self.lots: dict[InstrumentId, int] = {}
        self.cost: dict[InstrumentId, Fraction] = {}  # By average cost, unrounded: what the venue rounds makes a unit a fill, at most.
        self.fills = 0
        self.last_movement = 0


class _Venue:
    def __init__(self) -> None:
        self.accounts: dict[AccountId, _Account] = {}
        self.halves: dict[tuple[InstrumentId, TradeId], OrderFilled] = {}
        self.funding: dict[InstrumentId, tuple[Nanos, int, int]] = {}  # The latest payment: when, its sum, how many shared in it.


class MarginConserved:
    name = "margin_conserved"

    def __init__(self, instruments: Mapping[InstrumentId, Instrument]) -> None:
        self._instruments = {key: instrument for key, instrument in instruments.items() if instrument.margin is not None}
        self._venues: dict[Address, _Venue] = {}
        self.sent: dict[type[Message], Watcher] = {}
        self.delivered: dict[type[Message], Watcher] = {Restarted: self._restarted}
        if self._instruments:
            moved: dict[type[Message], Watcher] = dict.fromkeys((FundingPaid, LiquidationFeeCharged, LossCovered), self._moved)
            self.sent = {OrderFilled: self._filled, BalancesReported: self._reported, **moved}
            self.delivered[OpenAccount] = self._deposited

    def _deposited(self, address: Address, command: OpenAccount, now: Nanos) -> None:
        account = self._venues.setdefault(address, _Venue()).accounts.setdefault(command.account, _Account())
        for currency, amount in command.deposits.items():
            account.cash[currency] = account.cash.get(currency, 0) + amount

    def _filled(self, address: Address, fill: OrderFilled, now: Nanos) -> str | None:
        instrument = self._instruments.get(fill.instrument)
        if instrument is None:
            return None
        venue = self._venues.setdefault(address, _Venue())
        if fill.fee_currency != instrument.quote:
            return f"trade {fill.trade_id} on {fill.instrument}: a fee in {fill.fee_currency}, it settles in {instrument.quote}"
        account = venue.accounts.get(fill.account)
        if account is not None:
            _trade(account, instrument, fill)
        key = (fill.instrument, fill.trade_id)
        other = venue.halves.pop(key, None)
        if other is None:
            venue.halves[key] = fill
        elif (other.side, other.price, other.quantity) == (fill.side, fill.price, fill.quantity) or other.price != fill.price:
            return f"trade {fill.trade_id} on {fill.instrument}: the two sides disagree: {other} and {fill}"
        return None

    def _moved(self, address: Address, movement: _Movement, now: Nanos) -> str | None:
        venue = self._venues.get(address)
        if venue is None:
            return None  # An engine, which passes on what it was told.
        account = venue.accounts.get(movement.account)
        if account is not None:
            if movement.cash_id != account.last_movement + 1:
                return f"{movement.account}: movement {movement.cash_id} of its cash follows {account.last_movement}"
            account.last_movement = movement.cash_id
            account.cash[movement.currency] = account.cash.get(movement.currency, 0) + movement.amount
        if not isinstance(movement, FundingPaid):
            return None
        at, total, count = venue.funding.get(movement.instrument, (movement.event_time, 0, 0))
        wrong = None
        if at != movement.event_time:
            if not -count <= total <= 0:
                wrong = f"funding of {movement.instrument} at {at} came to {total} over {count} accounts: it is paid by some to others"
            total = count = 0
        venue.funding[movement.instrument] = (movement.event_time, total + movement.amount, count + 1)
        return wrong

    def _reported(self, address: Address, report: BalancesReported, now: Nanos) -> str | None:
        account = self._venues.setdefault(address, _Venue()).accounts.get(report.account)
        if account is None:
            return None
        for balance in report.balances:
            held = [key for key, lots in account.lots.items() if lots and self._instruments[key].quote == balance.currency]
            wallet = balance.free + balance.locked
            if not any(self._instruments[key].quote == balance.currency for key in account.lots):
                continue
            expected = account.cash.get(balance.currency, 0) + sum((account.cost[key] for key in held), Fraction(0))
            if abs(wallet - expected) > account.fills:
                return f"{report.account} has {wallet} {balance.currency} minor units at {address}, its fills and cash make it {expected}"
        return None

    def _restarted(self, address: Address, message: Restarted, now: Nanos) -> None:
        self._venues[address] = _Venue()


def _trade(account: _Account, instrument: Instrument, fill: OrderFilled) -> None:
    key, sign = fill.instrument, 1 if fill.side is BUY else -1
    notional = fill.price * fill.quantity * instrument.tick_value
    account.cash[instrument.quote] = account.cash.get(instrument.quote, 0) - sign * notional - fill.fee
    account.fills += 1
    held, cost = account.lots.get(key, 0), account.cost.get(key, Fraction(0))
    lots = held + sign * fill.quantity
    if held * sign >= 0:
        cost += sign * notional
    elif held * lots > 0:
        cost *= Fraction(lots, held)
    else:
        cost = Fraction(notional * lots, sign * fill.quantity) * sign
    account.lots[key], account.cost[key] = lots, cost
