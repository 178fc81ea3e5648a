"""What happens at a venue of perpetuals as time passes: funding at its due time, marks every second, and a look at every account then.

Funding comes before whatever else arrives at that instant: every handler first does what is due.
"""

from seawall.api.margin import IndexPriceChanged, LiquidateAccount, MarkPriceChanged
from seawall.api.market_data import QuoteChanged
from seawall.api.message import PUBLIC, Envelope, Message
from seawall.api.orders import AccountId
from seawall.api.units import Currency, Nanos, Price
from seawall.exchange.core.accounts import Account
from seawall.exchange.core.floor import Floor
from seawall.exchange.core.margin.funding import settle_funding
from seawall.exchange.core.margin.liquidation import liquidate
from seawall.exchange.core.margin.marks import INTERVAL, note_spot, revalue
from seawall.exchange.core.margin.post import cover, warn
from seawall.exchange.core.margin.reduce_only import trim
from seawall.exchange.core.margin.requirement import standing
from seawall.runtime.machine import Handler


def after_due(floor: Floor, handler: Handler, message: Message, now: Nanos) -> list[Envelope]:
    """Any handler of such a venue."""
    out = [*pass_time(floor, now), *handler(message, now)]
    trim(floor, out, now)
    return out


def pass_time(floor: Floor, now: Nanos) -> list[Envelope]:
    out: list[Envelope] = []
    marked = False
    for listing in floor.listings.values():
        perpetual = listing.market.perpetual
        assert perpetual is not None, "a venue of perpetuals lists nothing else"
        if not 0 < perpetual.next_funding <= now and now < perpetual.next_mark:
            continue
        out += settle_funding(floor, listing, perpetual, now)
        if now < perpetual.next_mark:
            continue
        perpetual.next_mark = Nanos((now // INTERVAL + 1) * INTERVAL)
        revalue(perpetual, listing.instrument, listing.book, listing.market.last_price, now)
        marked = True
        if perpetual.mark:
            said = MarkPriceChanged(
                listing.instrument.id, Price(perpetual.mark), Price(perpetual.index), perpetual.next_rate_ppb, perpetual.next_funding, now
            )
            out.append(Envelope(PUBLIC, said))
    if marked:
        for name, account in floor.state.ledger.accounts.items():
            for currency in account.free:
                out += _look_at(floor, name, account, currency, now)
    return out


def next_due(floor: Floor) -> Nanos:
    perpetuals = [listing.market.perpetual for listing in floor.listings.values()]
    return min(min(p.next_mark, p.next_funding) for p in perpetuals if p is not None)


def _look_at(floor: Floor, name: AccountId, account: Account, currency: Currency, now: Nanos) -> list[Envelope]:
    if not account.positions:
        return cover(floor, name, currency, now) if account.free[currency] < 0 else []
    state = standing(floor, account, currency)
    if state.equity < state.maintenance:
        return [*warn(floor, name, currency, state.equity, state.maintenance, now), *liquidate(floor, name, currency, now)]
    return warn(floor, name, currency, state.equity, state.maintenance, now)


def index_changed(floor: Floor, told: IndexPriceChanged, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(told.instrument)
    if listing is None or listing.market.perpetual is None or told.price <= 0:
        return floor.drop()
    listing.market.perpetual.index = told.price
    return []


def spot_changed(floor: Floor, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
    """A quote of another venue, that some index may watch."""
    for listing, spot in floor.watched.get(quote.instrument, ()):
        perpetual = listing.market.perpetual
        assert perpetual is not None, "only perpetuals have an index"
        note_spot(perpetual, listing.instrument, spot, quote.bid, quote.ask, now)
    return []


def liquidate_account(floor: Floor, command: LiquidateAccount, now: Nanos) -> list[Envelope]:
    """An operator's word. It takes a name and a reason; whatever the book does not take at once stays with the account."""
    member = floor.members.get(command.account)
    if member is None or not command.operator.strip() or not command.reason.strip():
        return floor.drop()
    currencies: list[Currency] = list(member.account.free)
    return [said for currency in currencies for said in liquidate(floor, command.account, currency, now, everything=True)]
