"""Nothing but deposits makes money: both sides of a trade exchange the same amounts, nobody spends what he has not, balances add up.

The books are kept from messages alone: deposits as the venue took them, fills as it reported them.
"""

from collections.abc import Mapping

from seawall.api.accounts import AccountRefused, BalancesReported, OpenAccount
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.message import Address, Message, Restarted
from seawall.api.orders import AccountId, OrderFilled, PlaceOrder, Side, TradeId
from seawall.api.units import Currency, Nanos
from seawall.audit.core.invariants.invariant import Watcher

BUY = Side.BUY

Purse = dict[Currency, int]


class _Venue:
    def __init__(self) -> None:
        self.purses: dict[AccountId, Purse] = {}
        self.halves: dict[tuple[InstrumentId, TradeId], OrderFilled] = {}  # Trades of which one side was reported so far.
        self.deposit: OpenAccount | None = None  # The last one: the venue refuses it at once or not at all.
        self.margined = False  # It trades perpetuals.
        self.complete = True  # False after a restart: deposits and fills may have survived that nobody was told of.


class MoneyConserved:
    name = "money_conserved"

    def __init__(self, instruments: Mapping[InstrumentId, Instrument]) -> None:
        self.sent: dict[type[Message], Watcher] = {
            OrderFilled: self._filled,
            AccountRefused: self._refused,
            BalancesReported: self._reported,
        }
        self.delivered: dict[type[Message], Watcher] = {
            OpenAccount: self._deposited,
            PlaceOrder: self._placed,
            Restarted: self._restarted,
        }
        self._instruments = instruments
        self._venues: dict[Address, _Venue] = {}

    def _venue(self, address: Address) -> _Venue:
        venue = self._venues.get(address)
        if venue is None:
            venue = self._venues[address] = _Venue()
        return venue

    def _deposited(self, address: Address, command: OpenAccount, now: Nanos) -> None:
        venue = self._venue(address)
        venue.deposit = command
        if venue.complete or command.account in venue.purses:
            _add(venue.purses.setdefault(command.account, {}), command, 1)

    def _refused(self, address: Address, refusal: AccountRefused, now: Nanos) -> None:
        venue = self._venue(address)
        if venue.deposit is not None and venue.deposit.account == refusal.account and refusal.account in venue.purses:
            _add(venue.purses[refusal.account], venue.deposit, -1)
        venue.deposit = None

    def _filled(self, address: Address, fill: OrderFilled, now: Nanos) -> str | None:
        venue = self._venue(address)
        instrument = self._instruments[fill.instrument]
        if instrument.margin is not None:
            venue.margined = True  # Its money is `margin_conserved`'s business.
            return None
        amount = fill.quantity * instrument.lot_value
        notional = fill.price * fill.quantity * instrument.tick_value
        if fill.side is BUY:
            paid_currency, paid, received_currency, received = instrument.quote, notional, instrument.base, amount
        else:
            paid_currency, paid, received_currency, received = instrument.base, amount, instrument.quote, notional
        if fill.fee_currency != received_currency or fill.fee > received:
            return f"{_name(fill)}: a fee of {fill.fee} {fill.fee_currency} was taken from {received} {received_currency}"
        purse = venue.purses.get(fill.account)
        if purse is not None:
            purse[received_currency] = purse.get(received_currency, 0) + received - fill.fee
            left = purse[paid_currency] = purse.get(paid_currency, 0) - paid
            if left < 0:
                return f"{_name(fill)}: {fill.account} spent {-left} {paid_currency} minor units more than it had"
        elif venue.complete:
            return f"{_name(fill)}: nobody opened the account {fill.account}"
        return _matched(venue, fill)

    def _placed(self, address: Address, request: PlaceOrder, now: Nanos) -> str | None:
        """All that came of the request before has left by now: no trade may be short of a side."""
        venue = self._venues.get(address)
        if venue is None or not venue.halves:
            return None
        fill = next(iter(venue.halves.values()))
        return f"{_name(fill)}: only the {fill.side} of {fill.account} was reported"

    def _reported(self, address: Address, report: BalancesReported, now: Nanos) -> str | None:
        venue = self._venue(address)
        if venue.margined:
            return None
        found: Purse = {balance.currency: balance.free + balance.locked for balance in report.balances}
        if any(balance.free < 0 or balance.locked < 0 for balance in report.balances):
            return f"{report.account} has a balance below zero at {address}: {report.balances}"
        purse = venue.purses.get(report.account)
        if purse is None and venue.complete:
            return f"{address} reported balances of {report.account}, which nobody opened"
        if purse is None:
            venue.purses[report.account] = found
            return None
        for currency in purse | found:
            if purse.get(currency, 0) != found.get(currency, 0):
                expected = purse.get(currency, 0)
                return f"{report.account} has {found.get(currency, 0)} {currency} minor units at {address}, its fills make it {expected}"
        return None

    def _restarted(self, address: Address, message: Restarted, now: Nanos) -> None:
        """Books begin anew with the next report of each account's balances."""
        venue = self._venues[address] = _Venue()
        venue.complete = False


def _add(purse: Purse, command: OpenAccount, sign: int) -> None:
    for currency, amount in command.deposits.items():
        purse[currency] = purse.get(currency, 0) + sign * amount


def _matched(venue: _Venue, fill: OrderFilled) -> str | None:
    key = (fill.instrument, fill.trade_id)
    other = venue.halves.pop(key, None)
    if other is None:
        venue.halves[key] = fill
    elif other.side is fill.side:
        return f"{_name(fill)}: both {other.account} and {fill.account} are told that they {fill.side}"
    elif other.price != fill.price or other.quantity != fill.quantity or other.liquidity is fill.liquidity:
        return f"{_name(fill)}: the two sides disagree: {other} and {fill}"
    return None


def _name(fill: OrderFilled) -> str:
    return f"trade {fill.trade_id} on {fill.instrument}"
