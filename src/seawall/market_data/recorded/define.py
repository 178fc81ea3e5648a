"""From what is catalogued and what the data shows to instruments: one number of decimals per currency for the whole run."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, InstrumentKind, Symbol, define_spot, instrument_id
from seawall.api.perpetuals import define_perpetual
from seawall.market_data.recorded.catalogue import Catalogue, SymbolEntry
from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.grid import Grid
from seawall.market_data.recorded.kinds import PRICES, QUANTITIES
from seawall.market_data.recorded.sources import Source
from seawall.market_data.recorded.survey import Block
from seawall.market_data.recorded.symbols import Contracts, currencies, is_perpetual

_DEFAULT_FEE = Decimal("0.001")
_MAX_DECIMALS = 12  # Beyond it a few million of the currency would no longer fit 64 bits.


class Market(NamedTuple):
    """A venue and canonical symbol."""

    venue: str
    symbol: str

    @property
    def id(self) -> InstrumentId:
        return instrument_id(self.venue, self.symbol)


def define(
    markets: dict[Market, list[tuple[Source, Block]]], catalogue: Catalogue, given: Sequence[Instrument]
) -> tuple[dict[Market, Instrument], list[str]]:
    """An instrument for each market, and warnings about what had to be inferred.

    Raises:
        RecordingError: prices without a grid, or units that do not fit each other.
    """
    fixed = {instrument.id: instrument for instrument in given}
    warnings: list[str] = []
    entries: dict[Market, SymbolEntry] = {}
    for market, blocks in markets.items():
        if market.id not in fixed:
            linear = is_perpetual(market.symbol) and catalogue.contracts(market.venue) is not Contracts.INVERSE
            entries[market] = _completed(market, catalogue.entry(*market), blocks, warnings, linear=linear)
    decimals = _decimals(entries, catalogue, [fixed[market.id] for market in markets if market.id in fixed])
    return {
        market: fixed[market.id] if market.id in fixed else _instrument(market, entries[market], decimals) for market in markets
    }, warnings


def _completed(market: Market, entry: SymbolEntry, blocks: list[tuple[Source, Block]], warnings: list[str], *, linear: bool) -> SymbolEntry:
    inferred = []
    if entry.tick is None or entry.lot is None:
        grid = _learn(blocks)
        if entry.tick is None:
            if grid.off_grid is not None:
                tick = f"{{'venues': {{'{market.venue}': {{'symbols': {{'{market.symbol}': {{'tick': '0.01'}}}}}}}}}}"
                raise RecordingError(
                    f"{market.id}: prices like {grid.off_grid!r} are on no grid that a venue could have",
                    f"Round them to a tick first. (With instruments={tick} those off the tick would be left out and counted.)",
                )
            step, decimals = grid.tick()
            entry.tick = Decimal(step).scaleb(-decimals)
            inferred.append(f"tick {entry.tick:f}")
        if entry.lot is None:
            entry.lot = Decimal(1).scaleb(-grid.lot_decimals(_places(entry.tick)))
            inferred.append(f"lot {entry.lot:f}")
    if entry.maker_fee is None or entry.taker_fee is None:
        entry.maker_fee = _DEFAULT_FEE if entry.maker_fee is None else entry.maker_fee
        entry.taker_fee = _DEFAULT_FEE if entry.taker_fee is None else entry.taker_fee
        inferred.append(f"fees {entry.maker_fee:f} maker, {entry.taker_fee:f} taker (assumed)")
    if linear and not _has_margin(entry):
        inferred.append(f"margin for {_ASSUMED_LEVERAGE} times leverage (assumed)")
        entry.max_leverage = Decimal(_ASSUMED_LEVERAGE)
    if inferred:
        warnings.append(f"{market.id} is not fully described in instruments.yaml; inferred from the data: {', '.join(inferred)}")
    return entry


def _learn(blocks: list[tuple[Source, Block]]) -> Grid:
    grid = Grid()
    for source, block in blocks:
        columns = [name for name in (*PRICES, *QUANTITIES) if name in source.columns]
        for _, table in source.slices([*columns, "venue", "symbol"], block.first_row, block.last_row + 1):
            if not block.pure:
                table = table.filter(venue=block.venue, symbol=block.symbol)
            for name in columns:
                learn = grid.learn_quantities if name in QUANTITIES else grid.learn_prices
                learn(table[name].to_numpy())
    return grid


def _decimals(entries: dict[Market, SymbolEntry], catalogue: Catalogue, fixed: Sequence[Instrument]) -> dict[str, int]:
    """A currency's minor unit divides every lot of it, and as a quote every tick x lot: 8 decimals, or as many as that takes."""
    needed: dict[str, int] = {}
    for market, entry in entries.items():
        assert entry.tick is not None and entry.lot is not None, "tick and lot are known here"
        base, quote = currencies(market.symbol)
        lot = entry.lot * (entry.contract_multiplier or 1)
        for currency, step in ((base, lot), (quote, entry.tick * lot)):
            needed[currency] = max(needed.get(currency, 0), _places(step))
    decimals = {currency: max(places, catalogue.decimals(currency)) for currency, places in needed.items()}
    for instrument in fixed:
        for currency, given in ((instrument.base, instrument.base_decimals), (instrument.quote, instrument.quote_decimals)):
            if needed.setdefault(currency, given) > given:
                raise RecordingError(
                    f"{instrument.id} counts {currency} in {given} decimals, another instrument needs {needed[currency]}",
                    f"Define it with {needed[currency]}: a currency has one minor unit in a run.",
                )
            needed[currency] = decimals[currency] = given
    return decimals


def _places(value: Decimal) -> int:
    return -int(value.normalize().as_tuple().exponent)


_OF_PERPETUALS = (
    "contract_multiplier", "max_leverage", "initial_margin", "maintenance_margin", "tiers", "funding_interval_hours", "liquidation_fee",
)  # fmt: skip
_ASSUMED_LEVERAGE = "20"


def _instrument(market: Market, entry: SymbolEntry, decimals: dict[str, int]) -> Instrument:
    """Of an inverse contract only tick and lot mean what they say: its money is in the coin, and nobody trades it here."""
    base, quote = currencies(market.symbol)
    for currency in (base, quote):
        if decimals[currency] > _MAX_DECIMALS:
            raise RecordingError(
                f"{market.id}: tick {entry.tick:f} x lot {entry.lot:f} needs more than {_MAX_DECIMALS} decimals of {currency}",
                "Give it a larger lot in the instruments file.",
            )
    texts = {name: format(value, "f") for name, value in msgspec.structs.asdict(entry).items() if isinstance(value, Decimal)}
    units = {"base_decimals": decimals[base], "quote_decimals": decimals[quote]}
    try:
        if is_perpetual(market.symbol) and _has_margin(entry):
            tiers = [(_text(tier.up_to), _text(tier.initial) or "", _text(tier.maintenance) or "") for tier in entry.tiers or ()]
            return define_perpetual(market.venue, market.symbol, tiers=tiers, **units, **texts)  # type: ignore[arg-type]
        if foreign := [name for name in _OF_PERPETUALS if getattr(entry, name) is not None]:
            raise ValueError(f"{market.id}: {', '.join(foreign)}: for perpetuals only")
        spot = define_spot(market.venue, f"{base}-{quote}", **units, **texts)  # type: ignore[arg-type]
    except ValueError as error:
        raise RecordingError(f"{market.id}: {error}", "Correct its entry in the instruments file.") from None
    if not is_perpetual(market.symbol):
        return spot
    return msgspec.structs.replace(spot, id=market.id, symbol=Symbol(market.symbol), kind=InstrumentKind.PERPETUAL)


def _has_margin(entry: SymbolEntry) -> bool:
    return bool(entry.tiers or entry.max_leverage or entry.initial_margin)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
