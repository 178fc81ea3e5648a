"""`seawall new strategy`: writes a file that runs, and never over something."""

from pathlib import Path
from runpy import run_path

import pytest

from seawall.cli.main import run
from seawall.strategy import PriceUpdate, TradingStrategy


def written(directory: Path, name: str) -> type[TradingStrategy]:
    """The strategy class in a file that `seawall new strategy` wrote."""
    [strategy] = [
        value
        for value in run_path(str(directory / f"{name}.py")).values()
        if isinstance(value, type) and issubclass(value, TradingStrategy) and value is not TradingStrategy
    ]
    return strategy


def prices(*values: float) -> list[PriceUpdate]:
    return [PriceUpdate("BTC-USDT", "alpha", timestamp_ns=n, price=price, sequence=n) for n, price in enumerate(values)]


def test_the_file_is_a_strategy_and_the_next_command_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "strategy", "my_first", "--dir", str(tmp_path / "made")]) == 0
    said = capsys.readouterr().out
    assert f"seawall backtest {tmp_path / 'made' / 'my_first.py'} --data FILE" in said
    assert written(tmp_path / "made", "my_first").__name__ == "MyFirst"


def test_the_strategy_buys_a_rise_once_and_sells_the_fall(tmp_path: Path) -> None:
    run(["new", "strategy", "my_first", "--dir", str(tmp_path)])
    strategy = written(tmp_path, "my_first")({"window": 5})
    strengths = []
    for price in prices(100.0, 100.0, 102.0, 103.0, 90.0, 80.0):
        for signal in strategy.on_market_data(price) or []:
            assert signal.metadata == {"venue": "alpha"}
            strengths.append(signal.signal_strength)
            strategy.positions[signal.symbol] = 0.1 if signal.signal_strength > 0 else 0.0
    assert strengths == [1.0, -1.0]


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
