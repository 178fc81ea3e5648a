"""`seawall new strategy`: writes a file that runs, and never over something."""

from pathlib import Path
from runpy import run_path

import pytest

from seawall.api.instruments import define_spot
from seawall.api.market_data import Traded
from seawall.api.message import Address
from seawall.api.orders import ClientOrderId, Liquidity, OrderId, Side, TradeId
from seawall.api.signals import FillApplied, OrderRequested, StartStrategy
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.cli.main import run
from seawall.runtime.machine import handle
from seawall.strategy import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine

INSTRUMENT = define_spot("alpha", "BTC-USDT", tick="1", lot="0.001")


def written(directory: Path, name: str) -> type[TradingStrategy]:
    """The strategy class in a file that `seawall new strategy` wrote."""
    [strategy] = [
        value
        for value in run_path(str(directory / f"{name}.py")).values()
        if isinstance(value, type) and issubclass(value, TradingStrategy) and value is not TradingStrategy
    ]
    return strategy


def wishes(strategy: type[TradingStrategy], *prices: int) -> list[OrderRequested]:
    """What the strategy asks the engine for, each wish filled at once: bought 0.010, sold all."""
    machine = StrategyMachine(Address("strategy:mine"), Address("engine"), strategy, {"window": 5}, [INSTRUMENT], seed=1)
    handle(machine, StartStrategy(), Nanos(0))
    asked: list[OrderRequested] = []
    for n, price in enumerate(prices, start=1):
        trade = Traded(INSTRUMENT.id, TradeId(n), Price(price), Quantity(1), Side.BUY, Nanos(n))
        for envelope in handle(machine, trade, Nanos(n)):
            wish = envelope.message
            assert isinstance(wish, OrderRequested), wish
            asked.append(wish)
            handle(machine, filled(wish, price), Nanos(n))
    return asked


def filled(wish: OrderRequested, price: int) -> FillApplied:
    bought = wish.side == Side.BUY
    return FillApplied(
        strategy=wish.strategy,
        tag=wish.tag,
        client_order_id=ClientOrderId("1"),
        instrument=INSTRUMENT.id,
        order_id=OrderId(1),
        trade_id=TradeId(1),
        side=wish.side,
        price=Price(price),
        quantity=Quantity(10),
        leaves_quantity=Quantity(0),
        liquidity=Liquidity.TAKER,
        fee=Money(0),
        fee_currency=Currency("BTC"),
        position=10 * INSTRUMENT.lot_value if bought else 0,
        event_time=Nanos(0),
    )


def test_the_file_is_a_strategy_and_the_next_command_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "strategy", "my_first", "--dir", str(tmp_path / "made")]) == 0
    said = capsys.readouterr().out
    assert f"seawall backtest {tmp_path / 'made' / 'my_first.py'} --data FILE" in said
    assert written(tmp_path / "made", "my_first").__name__ == "MyFirst"


def test_the_strategy_runs_buys_a_rise_once_and_sells_all_of_it_in_the_fall(tmp_path: Path) -> None:
    """It runs as written, in the machine that every host runs."""
    run(["new", "strategy", "my_first", "--dir", str(tmp_path)])
    asked = wishes(written(tmp_path, "my_first"), 100, 100, 102, 103, 104, 90, 80, 70)
    assert [(wish.side, wish.quantity) for wish in asked] == [
        (Side.BUY, 1000 / 102),
        (Side.SELL, 0.01),
    ]


def test_an_existing_file_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.py"
    path.write_text("precious")
    assert run(["new", "strategy", "mine", "--dir", str(tmp_path)]) == 2
    assert path.read_text() == "precious"
    assert f"{path} exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("My-First", "my_first"),
        ("mine.py", "mine"),
        ("3rd", "rd"),
        ("class", "my_first"),
        ("a/b", "a_b"),
        ("../up", "up"),
        ("é", "my_first"),
    ],
)
def test_a_bad_name_is_refused_with_a_good_one(name: str, suggested: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "strategy", name, "--dir", str(tmp_path)]) == 2
    assert f"seawall new strategy {suggested}\n" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(["new", "strategy", "mine", "--dir", str(tmp_path / "file")]) == 2
    assert "--dir" in capsys.readouterr().err
    assert run(["new", "strategy", "mine", "--dir", str(tmp_path / "file" / "below")]) == 2
    assert "--dir" in capsys.readouterr().err
