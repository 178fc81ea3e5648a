"""`seawall new strategy NAME`: a strategy file that runs at once, to be changed into one's own."""

import keyword
import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from seawall.cli.errors import UserError

STRATEGY = Template('''"""$title: buys above the average price, sells below it. Change the idea, keep the shape."""

from seawall.strategy import OrderFill, PriceUpdate, RiskBreach, TradingStrategy


class $class_name(TradingStrategy):
    def __init__(self, config: dict) -> None:
        super().__init__(config)
        self.window = config.get("window", 60)  # Prices in the average. --set window=120 changes it.
        self.order_value = config.get("order_value", 1000)  # Of each purchase, in the quote currency: 1000 USDT of BTC-USDT.
        self.averages: dict[str, float] = {}
        self.venues: dict[str, str] = {}  # Each symbol is traded where its first price came from.
        self.holds: dict[str, bool] = {}

    def on_market_data(self, price_update: PriceUpdate) -> None:
        """Called with every price."""
        symbol, price = price_update.symbol, price_update.price
        venue = self.venues.setdefault(symbol, price_update.venue)
        if price_update.venue != venue:
            return
        average = self.averages.get(symbol, price)
        average += (price - average) / self.window
        self.averages[symbol] = average

        if self.open_orders:
            return  # One order at a time.
        if price > average * 1.001 and not self.holds.get(symbol):
            self.buy(symbol, self.order_value / price, venue=venue)
        elif price < average * 0.999 and self.holds.get(symbol):
            self.sell(symbol, self.positions[symbol], venue=venue)

    def on_order_fill(self, fill: OrderFill) -> None:
        self.holds[fill.symbol] = fill.side == "buy"
        self.logger.info("%s %s %s at %s", fill.side, fill.quantity, fill.symbol, fill.price)  # --log-level info shows it.

    def on_risk_breach(self, breach: RiskBreach) -> None:
        """Called when a check refuses an order."""
        self.logger.info("%s refused an order: %s, the limit is %s %s", breach.check, breach.value, breach.limit, breach.unit)
''')


def register(app: typer.Typer) -> None:
    new = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write a new file to start from.")
    new.command("strategy")(strategy)
    app.add_typer(new, name="new")


def strategy(
    name: Annotated[str, typer.Argument(help="Its name in lower_case, which becomes the file's.")],
    directory: Annotated[Path, typer.Option("--dir", help="Where the file goes.")] = Path("strategies"),
) -> None:
    """Write a strategy file that runs at once."""
    path = write_strategy(name, directory)
    typer.echo(f"wrote {path}")
    typer.echo(f"next:  seawall backtest {path} --data FILE")


def write_strategy(name: str, directory: Path) -> Path:
    """Raises: UserError: a name that cannot be a Python module, a file that is there already, a directory that cannot be written."""
    _check_name(name)
    path = directory / f"{name}.py"
    words = name.split("_")
    text = STRATEGY.substitute(title=" ".join(words).strip().capitalize(), class_name="".join(word.capitalize() for word in words))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        if path.exists():
            raise UserError(f"{path} exists already and stays as it is", "choose another name, or move that file away first") from None
        raise UserError(f"{directory} is a file, not a directory", "choose another directory with --dir") from None
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}", "choose another directory with --dir") from None
    return path


def _check_name(name: str) -> None:
    if re.fullmatch(r"[a-z][a-z0-9_]*", name) and not keyword.iskeyword(name):
        return
    suggestion = re.sub(r"[^a-z0-9]+", "_", name.removesuffix(".py").lower()).strip("_0123456789")
    valid = suggestion and not keyword.iskeyword(suggestion)
    raise UserError(
        f"{name!r} cannot be a strategy's name: it takes lower-case letters, digits and _, starts with a letter and is no Python keyword",
        f"for example: seawall new strategy {suggestion if valid else 'my_first'}",
    )
