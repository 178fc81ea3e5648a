"""What is known of instruments before any data is read: ours (instruments.yaml beside this room), with the user's file or dict on top.

Figures are decimals, so that 0.1 means a tenth.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import yaml

from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.symbols import Contracts

SHIPPED = Path(__file__).parents[1] / "instruments.yaml"


class TierEntry(msgspec.Struct, forbid_unknown_fields=True):
    """Margin of a perpetual up to a notional (None: of any), as fractions of it."""

    initial: Decimal
    maintenance: Decimal
    up_to: Decimal | None = None


class SymbolEntry(msgspec.Struct, forbid_unknown_fields=True):
    """None: not stated. From `contract_multiplier` on: of perpetuals alone."""

    tick: Decimal | None = None
    lot: Decimal | None = None
    maker_fee: Decimal | None = None
    taker_fee: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    min_notional: Decimal | None = None
    contract_multiplier: Decimal | None = None
    max_leverage: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    tiers: tuple[TierEntry, ...] | None = None
    funding_interval_hours: Decimal | None = None
    liquidation_fee: Decimal | None = None


class VenueEntry(msgspec.Struct, forbid_unknown_fields=True):
    maker_fee: Decimal | None = None
    taker_fee: Decimal | None = None
    contracts: Contracts | None = None
    symbols: dict[str, SymbolEntry] = {}


class CurrencyEntry(msgspec.Struct, forbid_unknown_fields=True):
    decimals: int = 8  # At least: raised where an instrument's tick x lot needs it.


class Catalogue(msgspec.Struct, forbid_unknown_fields=True):
    venues: dict[str, VenueEntry] = {}
    currencies: dict[str, CurrencyEntry] = {}

    def contracts(self, venue: str) -> Contracts:
        entry = self.venues.get(venue)
        return entry.contracts if entry is not None and entry.contracts is not None else Contracts.SPOT

    def entry(self, venue: str, symbol: str) -> SymbolEntry:
        """What is stated about one symbol, its venue's fees included."""
        known = self.venues.get(venue, VenueEntry())
        fees = SymbolEntry(maker_fee=known.maker_fee, taker_fee=known.taker_fee)
        return _laid_over(known.symbols.get(symbol, SymbolEntry()), fees)

    def decimals(self, currency: str) -> int:
        return self.currencies.get(currency, CurrencyEntry()).decimals


def load_catalogue(own: str | Path | Mapping[str, Any] | None = None) -> Catalogue:
    """Ours, and over it the user's: a YAML file or the same as a dict.

    Raises:
        RecordingError: no such file, an unknown key (by name), a figure that is none.
    """
    shipped = _parse(_read_yaml(SHIPPED), str(SHIPPED))
    if own is None:
        return shipped
    given = _parse(own, "instruments") if isinstance(own, Mapping) else _parse(_read_yaml(Path(own)), str(own))
    venues = {**shipped.venues}
    for name, entry in given.venues.items():
        base = venues.get(name, VenueEntry())
        symbols = {symbol: _laid_over(e, base.symbols.get(symbol, SymbolEntry())) for symbol, e in entry.symbols.items()}
        venues[name] = VenueEntry(
            maker_fee=entry.maker_fee if entry.maker_fee is not None else base.maker_fee,
            taker_fee=entry.taker_fee if entry.taker_fee is not None else base.taker_fee,
            contracts=entry.contracts if entry.contracts is not None else base.contracts,
            symbols={**base.symbols, **symbols},
        )
    return Catalogue(venues, {**shipped.currencies, **given.currencies})


def _laid_over(top: SymbolEntry, bottom: SymbolEntry) -> SymbolEntry:
    merged = {name: getattr(bottom, name) if getattr(top, name) is None else getattr(top, name) for name in SymbolEntry.__struct_fields__}
    return SymbolEntry(**merged)


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # BaseLoader: every figure stays a text.
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}", "Give the path of an instruments file.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: not YAML: {' '.join(str(error).split())}") from None


def _parse(tree: Any, where: str) -> Catalogue:
    """Piece by piece, so that an error names the venue and the symbol."""
    top = _mapping(tree, where)
    catalogue: Catalogue = _convert({key: value for key, value in top.items() if key != "venues"}, Catalogue, where)
    for venue, body in _mapping(top.get("venues"), f"{where}: venues").items():
        place = f"{where}: venue {venue}"
        fields = dict(_mapping(body, place))
        symbols = _mapping(fields.pop("symbols", None), f"{place}: symbols")
        entry: VenueEntry = _convert(fields, VenueEntry, place)
        entry.symbols = {str(symbol): _convert(value, SymbolEntry, f"{place}: {symbol}") for symbol, value in symbols.items()}
        catalogue.venues[str(venue)] = entry
    return catalogue


def _mapping(tree: Any, where: str) -> Mapping[str, Any]:
    if tree is None or tree == "":
        return {}
    if not isinstance(tree, Mapping):
        raise RecordingError(f"{where}: expected key: value pairs, got {tree!r}")
    return tree


def _convert(tree: Any, shape: type[Any], where: str) -> Any:
    texts = {key: str(value) if isinstance(value, float) else value for key, value in _mapping(tree, where).items()}
    try:
        return msgspec.convert(texts, shape, strict=False)
    except msgspec.ValidationError as error:
        raise RecordingError(f"{where}: {error}", f"Allowed: {', '.join(shape.__struct_fields__)}.") from None
