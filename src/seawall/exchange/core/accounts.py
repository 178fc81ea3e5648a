"""Balances of a venue's clients. Money moves by `transfer` only, so that per currency everything always sums to zero.

Knows no book and no orders: whoever matches locks before an order is accepted, settles every fill, and releases what is left over.
"""

from collections.abc import Iterable

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.message import Address
from seawall.api.orders import AccountId, Side
from seawall.api.units import PPB, Currency, Money
from seawall.exchange.core.margin.positions import MarginPosition, trade

BUY = Side.BUY
MAX_MONEY = 2**63 - 1  # Of one currency on the whole venue; so no balance, sum or order value can outgrow the wire's integers.
MAX_NAME = 64  # Characters of an account id or client order id.

Pocket = dict[Currency, int]  # Minor units. Has an entry for every currency of the ledger.


class Account(msgspec.Struct):
    owner: Address  # Where the reports go.
    free: Pocket
    locked: Pocket  # What the open orders may spend. Perpetuals lock nothing: their margin is worked out when it is asked for.
    positions: dict[InstrumentId, MarginPosition] = {}  # Of perpetuals, and none that is closed.
    called: dict[Currency, bool] = {}  # A margin call is out.


class Ledger(msgspec.Struct):
    fees: Pocket  # The venue's own. Rebates are paid from it, even beyond what it holds.
    outside: Pocket  # The other side of deposits: below zero by as much as was ever deposited.
    accounts: dict[AccountId, Account] = {}
    insurance: Pocket = {}  # Of perpetuals, here and below. What stands in for accounts that have lost more than they had.
    clearing: Pocket = {}  # What profits have been paid and losses taken in so far: with the costs of all positions it makes zero.


def new_ledger(currencies: Iterable[Currency]) -> Ledger:
    nothing = dict.fromkeys(currencies, 0)
    return Ledger(nothing, dict(nothing), {}, dict(nothing), dict(nothing))


def transfer(debit: Pocket, credit: Pocket, currency: Currency, amount: int) -> None:
    debit[currency] -= amount
    credit[currency] += amount


def lock(account: Account, currency: Currency, amount: int) -> bool:
    """Sets money aside for an order. False: there is not enough, and nothing happened."""
    if account.free[currency] < amount:
        return False
    transfer(account.free, account.locked, currency, amount)
    return True


def release(account: Account, currency: Currency, amount: int) -> None:
    """Gives back what an order had locked and no longer needs."""
    transfer(account.locked, account.free, currency, amount)


def lock_needed(instrument: Instrument, side: Side, price: int, quantity: int) -> tuple[Currency, int]:
    """What an order for `quantity` locks: a BUY its whole price, a SELL what it sells, an order for a perpetual nothing."""
    if instrument.margin is not None:
        return instrument.quote, 0
    if side is BUY:
        return instrument.quote, price * quantity * instrument.tick_value
    return instrument.base, quantity * instrument.lot_value


def settle(
    ledger: Ledger, instrument: Instrument, buyer: Account, seller: Account, price: int, quantity: int, buyer_ppb: int, seller_ppb: int
) -> tuple[Money, Money]:
    """Moves the money of one trade out of what both orders had locked. Returns the buyer's fee, in base, and the seller's, in quote.

    Fees come off what is received, rounded up. An account that stands for a market without a ledger of its own may go below zero.
    """
    base, quote, fees = instrument.base, instrument.quote, ledger.fees
    bought, notional = quantity * instrument.lot_value, price * quantity * instrument.tick_value
    buyer_fee, seller_fee = Money(-(-bought * buyer_ppb // PPB)), Money(-(-notional * seller_ppb // PPB))
    transfer(buyer.locked, seller.free, quote, notional)
    transfer(seller.locked, buyer.free, base, bought)
    transfer(buyer.free, fees, base, buyer_fee)
    transfer(seller.free, fees, quote, seller_fee)
    return buyer_fee, seller_fee


def settle_perpetual(
    ledger: Ledger,
    instrument: Instrument,
    buyer: Account,
    seller: Account,
    price: int,
    quantity: int,
    buyer_ppb: int,
    seller_ppb: int,
    *,
    seller_first: bool = False,
) -> tuple[Money, Money]:
    """Moves positions by one trade, and the money of what it closed. Returns both fees, in quote, rounded up.

    Who trades with himself is told of both sides in an order, maker first, and that is how his position must have moved.
    """
    quote, notional = instrument.quote, price * quantity * instrument.tick_value
    fees: list[Money] = []
    sides = ((buyer, quantity, buyer_ppb), (seller, -quantity, seller_ppb))
    for account, lots, ppb in reversed(sides) if seller_first else sides:
        position = account.positions.get(instrument.id)
        if position is None:
            position = account.positions[instrument.id] = MarginPosition()
        transfer(ledger.clearing, account.free, quote, trade(position, lots, notional))
        if not position.quantity:
            del account.positions[instrument.id]
        fee = -(-notional * ppb // PPB)
        transfer(account.free, ledger.fees, quote, fee)
        fees.append(Money(fee))
    return (fees[1], fees[0]) if seller_first else (fees[0], fees[1])


def open_account(ledger: Ledger, command: OpenAccount) -> str | None:
    """Opens an account, or deposits into one. Returns why not, in a sentence; then nothing happened."""
    account = ledger.accounts.get(command.account)
    refusal = _why_not(ledger, account, command)
    if refusal is not None:
        return refusal
    if account is None:
        nothing = dict.fromkeys(ledger.fees, 0)
        account = ledger.accounts[command.account] = Account(command.owner, nothing, dict(nothing))
    for currency, amount in command.deposits.items():
        transfer(ledger.outside, account.free, currency, amount)
    return None


def _why_not(ledger: Ledger, account: Account | None, command: OpenAccount) -> str | None:
    if not 1 <= len(command.account) <= MAX_NAME:
        return f"an account id has 1 to {MAX_NAME} characters"
    if not command.owner:
        return "an account needs an owner: the address its reports go to"
    if account is not None and account.owner != command.owner:
        return f"account {command.account} belongs to another owner; deposit in the name of the one who opened it"
    for currency, amount in command.deposits.items():
        if currency not in ledger.fees:
            return f"{currency} is not traded here; the currencies are {', '.join(ledger.fees)}"
        if amount < 0:
            return f"a deposit of {amount} {currency} minor units is negative"
        if amount - ledger.outside[currency] > MAX_MONEY:
            return f"a deposit of {amount} {currency} minor units would bring the venue above {MAX_MONEY}"
    return None
