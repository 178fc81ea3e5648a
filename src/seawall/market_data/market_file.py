"""Reads a generated market from YAML. What may stand in it is what the structs in core/ have as fields; this file knows only how people
write figures (`15 %`, `30 s`) and how to say what is wrong, and where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from seawall.api.instruments import Instrument, PercentPrice, PriceBands, VelocityPause, Venue, define_spot
from seawall.api.perpetuals import SUFFIX, define_perpetual
from seawall.api.rate_limits import RateLimits
from seawall.market_data.core.correlation import Correlated
from seawall.market_data.core.market import Desk, Market, MarketFault, VenueSpec
from seawall.market_data.core.price_process import Asset, Disagreement
from seawall.market_data.core.processes import AnyProcess
from seawall.market_data.core.shocks import AnyShock
from seawall.market_data.core.traders import AnyTraders
from seawall.market_data.reading import Misread, entries, listed, mapping, only, read

PARTS = ("step", "valuation", "assets", "correlation", "venues", "traders", "shocks", "desk")
_OF_ASSET = ("opening", "processes")
_OF_VENUE = ("maker_fee", "taker_fee", "strays", "rate_limits", "instruments")
_OF_PERPETUAL = (
    "contract_multiplier", "max_leverage", "initial_margin", "maintenance_margin", "funding_interval_hours", "funding_cap", "interest",
    "liquidation_fee", "tiers",
)  # fmt: skip
_RULES = {
    "percent_price": PercentPrice, "max_open_orders": int, "max_conditional_orders": int, "max_iceberg_parts": int,
    "price_step": int, "quantity_step": int, "price_bands": PriceBands, "velocity_pause": VelocityPause,
}  # fmt: skip
_OF_TIER = ("up_to", "initial", "maintenance")
_OF_INSTRUMENT = ("tick", "lot", "min_price", "max_price", "min_quantity", "max_quantity", "min_notional", "maker_fee", "taker_fee")


SHIPPED = Path(__file__).parent / "markets"
MARKETS_HINT = "name a YAML file, or one of ours: basis, calm, cascade, crash, depeg, divergence, lively (they are in config/markets/)"


class MarketFileError(ValueError):
    """message: the file, the place in it, what is wrong. hint: what is allowed."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}. {hint}" if hint else message)
        self.message = message
        self.hint = hint


def market_path(name: str) -> Path:
    """A file; or, where there is none of that name, one of ours by its name without the ending."""
    path, shipped = Path(name), SHIPPED / f"{name}.yaml"
    return shipped if not path.exists() and name in shipped_markets() else path


def shipped_markets() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_market(path: Path) -> Market:
    """Raises: MarketFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise MarketFileError(f"{path} cannot be read: {reason}", MARKETS_HINT) from None
    return parse_market(text, str(path))


def parse_market(text: str, name: str = "market") -> Market:
    """Raises: MarketFileError."""
    try:
        market = _market(mapping(yaml.load(text, _Loader), ""))
        market.check()
    except yaml.YAMLError as error:
        raise MarketFileError(f"{name} is not YAML: {' '.join(str(error).split())}") from None
    except Misread as error:
        raise MarketFileError(f"{name}: {error}", error.hint) from None
    except MarketFault as error:
        raise MarketFileError(f"{name}: {error}") from None
    return market


class _Loader(yaml.BaseLoader):
    """Every figure stays a text, and a key that stands twice is an error instead of the last one winning."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: list[str] = []
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands there twice", key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def _market(tree: Mapping[str, Any]) -> Market:
    only(tree, PARTS, "")
    for part in ("assets", "venues", "traders"):
        if not tree.get(part):
            raise Misread(f"{part}: missing", "a market has assets, venues that list them, and traders")
    given = {name: tree[name] for name in ("step", "valuation") if name in tree}
    return Market(
        assets=tuple(_asset(currency, body) for currency, body in entries(tree["assets"], "assets")),
        venues=tuple(_venue(venue, body) for venue, body in entries(tree["venues"], "venues")),
        traders=tuple(read(one, AnyTraders, f"traders, {n}") for n, one in enumerate(listed(tree["traders"], "traders"), 1)),
        correlation=tuple(_correlated(pair, by) for pair, by in entries(tree.get("correlation"), "correlation")),
        shocks=tuple(read(one, AnyShock, f"shocks, {n}") for n, one in enumerate(listed(tree.get("shocks"), "shocks"), 1)),
        desk=read(tree.get("desk") or {}, Desk, "desk"),
        **read_some(given),
    )


def read_some(given: Mapping[str, Any]) -> dict[str, Any]:
    from typing import get_type_hints

    hints = get_type_hints(Market, include_extras=True)
    return {name: read(value, hints[name], name) for name, value in given.items()}


def _asset(currency: str, body: Any) -> Asset:
    where = f"assets, {currency}"
    fields = mapping(body, where)
    only(fields, _OF_ASSET, where)
    if "opening" not in fields:
        raise Misread(f"{where}: opening is missing", "what one of it is worth at the start, in the unit of account")
    hints = read({"currency": currency, "opening": fields["opening"], "processes": []}, Asset, where)
    processes = listed(fields.get("processes"), f"{where}, processes")
    return Asset(
        hints.currency, hints.opening, tuple(read(one, AnyProcess, f"{where}, processes, {n}") for n, one in enumerate(processes, 1))
    )


def _venue(name: str, body: Any) -> VenueSpec:
    where = f"venues, {name}"
    fields = mapping(body, where)
    only(fields, _OF_VENUE, where)
    fees = {key: fields[key] for key in ("maker_fee", "taker_fee") if key in fields}
    instruments = tuple(_instrument(name, symbol, fees, one, where) for symbol, one in entries(fields.get("instruments"), where))
    strays = read(fields.get("strays") or {}, Disagreement, f"{where}, strays")
    return VenueSpec(Venue(name), instruments, strays, read(fields.get("rate_limits") or {}, RateLimits, f"{where}, rate_limits"))


def _instrument(venue: str, symbol: str, fees: Mapping[str, str], body: Any, where: str) -> Instrument:
    where = f"{where}, {symbol}"
    fields = mapping(body, where)
    perpetual = symbol.endswith(SUFFIX)
    only(fields, (*_OF_INSTRUMENT, *_RULES, *(_OF_PERPETUAL if perpetual else ())), where)
    if symbol.removesuffix(SUFFIX).count("-") != 1:
        raise Misread(f"{where}: symbols read BASE-QUOTE, perpetuals BASE-QUOTE-PERP", "dated futures are not generated")
    for needed in ("tick", "lot"):
        if needed not in fields:
            raise Misread(f"{where}: {needed} is missing")
    rules = {key: read(fields[key], kind, f"{where}, {key}") for key, kind in _RULES.items() if key in fields}
    terms = {key: value for key, value in fields.items() if key not in rules}
    if "tiers" in fields:
        terms["tiers"] = _tiers(fields["tiers"], f"{where}, tiers")
    try:
        return msgspec.structs.replace((define_perpetual if perpetual else define_spot)(venue, symbol, **{**fees, **terms}), **rules)
    except ValueError as error:
        raise Misread(f"{where}: {error}") from None


def _tiers(tree: Any, where: str) -> list[tuple[str | None, str, str]]:
    found: list[tuple[str | None, str, str]] = []
    for number, one in enumerate(listed(tree, where), 1):
        at = f"{where}, {number}"
        tier = mapping(one, at)
        only(tier, _OF_TIER, at)
        for key in ("initial", "maintenance"):
            if key not in tier:
                raise Misread(f"{at}: {key} is missing", "a tier is {up_to: NOTIONAL, initial: RATE, maintenance: RATE}")
        texts = {key: read(value, str, f"{at}, {key}") for key, value in tier.items()}
        found.append((texts.get("up_to"), texts["initial"], texts["maintenance"]))
    if not found:
        raise Misread(f"{where}: there is none", "give at least one, or max_leverage instead")
    return found


def _correlated(pair: str, by: Any) -> Correlated:
    names = pair.split()
    if len(names) != 2:
        raise Misread(f"correlation, {pair}: two assets, as in `BTC ETH: 0.7`")
    found = read({"one": names[0], "other": names[1], "by": by}, Correlated, f"correlation, {pair}")
    assert isinstance(found, Correlated)
    return found
