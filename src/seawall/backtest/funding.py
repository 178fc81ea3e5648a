"""The accounts of a backtest: what lies in them at the start, in which currency everything is valued, what returns are measured against."""

from collections.abc import Mapping

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import InstrumentId, Venue
from seawall.api.message import Address, Envelope, venue_address
from seawall.api.orders import AccountId
from seawall.api.units import Currency, Money, Nanos, Price, parse_decimal
from seawall.engine.core.market import Market
from seawall.engine.core.rates import Rates
from seawall.exchange.core.accounts import MAX_MONEY
from seawall.market_data.recorded import Recording
from seawall.market_data.recorded.depth import feed
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.rows import Rows
from seawall.runtime.books import BookBuilder

DOLLARS = (Currency("USD"), Currency("USDT"), Currency("USDC"))  # Count as equal to one another while no market says otherwise.
AMPLE = 1_000_000  # Whole units of each quote currency, and worth as much of each base currency, unless balances are given.
ENGINE = Address("engine")
EVERYWHERE = "*"


class Funding(msgspec.Struct, frozen=True):
    """What `fund` decided."""

    venues: tuple[Venue, ...]
    deposits: dict[Venue, dict[Currency, Money]]
    currency: Currency  # Of valuation.
    decimals: int
    parity: tuple[Currency, ...]
    capital: Money
    warnings: tuple[str, ...]

    @property
    def commands(self) -> list[Envelope]:
        """That open the accounts."""
        return [Envelope(venue_address(v), OpenAccount(account_of(v), ENGINE, self.deposits.get(v, {}))) for v in self.venues]


def account_of(venue: Venue) -> AccountId:
    return AccountId(f"{venue}-main")


def fund(
    recording: Recording,
    balances: Mapping[str, Mapping[str, str]] | None,
    capital: str | None,
    currency: str | None,
    start: Nanos,
    end: Nanos,
) -> Funding:
    """Raises: ValueError: an unknown venue or currency, or an amount that is not a number of it."""
    markets = _first_markets(recording, start, end)
    valuation = _valuation_currency(recording, currency)
    parity = DOLLARS if valuation in DOLLARS else ()
    rates = Rates(valuation, recording.instruments, markets, parity)
    venues = tuple(dict.fromkeys(instrument.venue for instrument in recording.instruments))
    deposits = _ample(recording, markets) if balances is None else _given(recording, balances, rates.decimals)
    decimals = rates.decimals[valuation]
    warnings: tuple[str, ...] = ()
    if capital is not None:
        opening = _amount("capital", capital, decimals)
    elif balances is None:
        opening = AMPLE * 10**decimals
    else:
        opening, warnings = _worth(deposits, rates)
    assumed = [c for c in parity if c in rates.decimals and rates.market_rate(c) is None]
    if assumed:
        warnings += (f"no market prices {', '.join(assumed)}: counted as equal to {valuation}",)
    return Funding(venues, deposits, valuation, decimals, parity, Money(opening), warnings)


def _valuation_currency(recording: Recording, wanted: str | None) -> Currency:
    quotes = list(dict.fromkeys(instrument.quote for instrument in recording.instruments))
    if wanted is None:
        return next((dollar for dollar in DOLLARS if dollar in quotes), quotes[0])
    known = dict.fromkeys([*quotes, *(instrument.base for instrument in recording.instruments)])
    if wanted not in known:
        raise ValueError(f"cannot value in {wanted}: the data has {', '.join(known)}")
    return Currency(wanted)


def _first_markets(recording: Recording, start: Nanos, end: Nanos) -> dict[InstrumentId, Market]:
    """The first price of every instrument that has one within the first slice of rows."""
    markets = {instrument.id: Market() for instrument in recording.instruments}
    first = next(iter(recording.read(start, end)), None)
    if first is not None:
        for stream in recording.streams:
            price = _first_price(first, stream.index, stream.kind)
            if price and not markets[stream.instrument.id].last:
                markets[stream.instrument.id] = Market(last=Price(price))
    return markets


def _first_price(rows: Rows, index: int, kind: Kind) -> int:
    own = (rows.stream == index).nonzero()[0]
    if kind is Kind.DEPTH:
        book = BookBuilder()
        return next((bid for _ in feed(book, rows.take(own)) if (bid := book.bids.best())), 0)
    return int(rows.columns[0][own[0]]) if len(own) else 0  # A trade's price, a quote's bid, a bar's open.


def _ample(recording: Recording, markets: Mapping[InstrumentId, Market]) -> dict[Venue, dict[Currency, Money]]:
    deposits: dict[Venue, dict[Currency, Money]] = {}
    for instrument in recording.instruments:
        own = deposits.setdefault(instrument.venue, {})
        quote = AMPLE * 10**instrument.quote_decimals
        own.setdefault(instrument.quote, Money(quote))
        if instrument.margin is not None:
            continue  # A perpetual needs money, no coins.
        price = markets[instrument.id].mark()
        worth = quote // (price * instrument.tick_value) * instrument.lot_value if price else AMPLE * 10**instrument.base_decimals
        own.setdefault(instrument.base, Money(worth))
    return deposits


def _given(
    recording: Recording, balances: Mapping[str, Mapping[str, str]], decimals: Mapping[Currency, int]
) -> dict[Venue, dict[Currency, Money]]:
    venues = list(dict.fromkeys(instrument.venue for instrument in recording.instruments))
    deposits: dict[Venue, dict[Currency, Money]] = {venue: {} for venue in venues}
    for name, amounts in balances.items():
        if name != EVERYWHERE and name not in deposits:
            raise ValueError(f"balances for {name!r}: no such venue in the data; there are {', '.join(venues)}")
        for currency, amount in amounts.items():
            if currency not in decimals:
                raise ValueError(f"balances in {currency!r}: no such currency in the data; there are {', '.join(decimals)}")
            minor = _amount(f"balances in {currency}", amount, decimals[Currency(currency)])
            for venue in venues if name == EVERYWHERE else [Venue(name)]:
                deposits[venue][Currency(currency)] = Money(minor)
    return deposits


def _worth(deposits: Mapping[Venue, Mapping[Currency, Money]], rates: Rates) -> tuple[int, tuple[str, ...]]:
    total, unpriced = 0, {}
    for amounts in deposits.values():
        for currency, amount in amounts.items():
            value = rates.value(currency, amount)
            if value is None:
                unpriced[currency] = True
            else:
                total += value
    if not unpriced:
        return total, ()
    return total, (f"no first price for {', '.join(unpriced)}: not counted in the opening equity",)


def _amount(what: str, text: str, decimals: int) -> int:
    try:
        minor = parse_decimal(text, 1, 10**decimals)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None
    if minor < 0:
        raise ValueError(f"{what}: {text} is negative")
    if minor > MAX_MONEY:
        raise ValueError(f"{what}: {text} is more than {MAX_MONEY // 10**decimals:,}, the most that a venue can count")
    return minor
