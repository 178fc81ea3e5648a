"""Loading a strategy's file: what runs is found, and what could not run is refused before it runs, with file, line and a way on."""

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from seawall.strategy import TradingStrategy
from seawall.strategy.loader import StrategyError, load_strategy

GOOD = """
    from seawall.strategy import TradingStrategy

    class Mine(TradingStrategy):
        def on_market_data(self, price_update):
            return []
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(source: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.write_text(dedent(source))
        return path

    return write


def refused(path: Path | str, config: dict[str, Any] | None = None) -> StrategyError:
    with pytest.raises(StrategyError) as caught:
        load_strategy(Path(path), config)
    assert caught.value.hint, "a refusal says what to do"
    assert str(path).partition("::")[0] in caught.value.message, "a refusal names the file"
    return caught.value


def test_the_one_strategy_of_a_file_is_found(write: Any) -> None:
    """The imported base class and other classes do not count."""
    kind = load_strategy(write(GOOD + "\n    class Other: pass\n"))
    assert kind.__name__ == "Mine"
    assert issubclass(kind, TradingStrategy)
    assert kind({}).on_market_data(None) == []  # type: ignore[arg-type]


def test_one_of_several_is_named(write: Any) -> None:
    """Without a name the error lists them with their lines, and shows how to name one."""
    path = write(GOOD + "\n    class Second(Mine):\n        pass\n")
    assert load_strategy(Path(f"{path}::Second")).__name__ == "Second"
    assert load_strategy(Path(f"{path}::Mine")).__name__ == "Mine"
    error = refused(path)
    assert "Mine (line 4), Second (line 8)" in error.message
    assert f"{path}::Second" in error.hint
    assert "has no strategy named Third" in refused(f"{path}::Third").message


def test_an_abstract_one_beside_a_whole_one_is_passed_over(write: Any) -> None:
    """A file may hold a base of its own."""
    path = write("""
        from abc import abstractmethod, ABC
        from seawall.strategy import TradingStrategy

        class Base(TradingStrategy, ABC):
            @abstractmethod
            def idea(self): ...
            def on_market_data(self, price_update):
                return self.idea()

        class Whole(Base):
            def idea(self):
                return []
    """)
    assert load_strategy(path).__name__ == "Whole"
    error = refused(f"{path}::Base")
    assert f"{path}:5: Base is abstract, it lacks idea" in error.message


def test_dataclasses_and_string_annotations_work(write: Any) -> None:
    """They look their module up in sys.modules."""
    path = write("""
        from __future__ import annotations
        from dataclasses import dataclass
        from typing import ClassVar
        from seawall.strategy import TradingStrategy

        @dataclass
        class Level:
            price: float
            kind: ClassVar[str] = "level"

        class Mine(TradingStrategy):
            def on_market_data(self, price_update):
                return Level(1.0)
    """)
    assert load_strategy(path)({}).on_market_data(None).price == 1.0  # type: ignore[arg-type, union-attr]


def test_files_of_one_name_do_not_mix(tmp_path: Path, write: Any) -> None:
    """Nor do two versions of one file."""
    (tmp_path / "other").mkdir()
    first = load_strategy(write(GOOD))
    other = load_strategy(write(GOOD.replace("[]", "None"), "other/mine.py"))
    again = load_strategy(write(GOOD.replace("[]", "(1,)")))
    assert len({first.__module__, other.__module__}) == 2
    assert [kind({}).on_market_data(None) for kind in (first, other, again)] == [[], None, (1,)]  # type: ignore[arg-type]


def test_a_missing_file(tmp_path: Path) -> None:
    """And a directory."""
    assert "does not exist" in refused(tmp_path / "nowhere.py").message
    assert "is a directory" in refused(tmp_path).message


def test_a_syntax_error_shows_its_line(write: Any) -> None:
    """As Python found it."""
    path = write("x = 1\ndef f(:\n    pass\n")
    error = refused(path)
    assert f"{path}:2: " in error.message
    assert "def f(:" in error.message


@pytest.mark.parametrize("content", [b"\x00\x01", b"\xff\xfe\xfa = 1", b"# coding: nonsense\nx = 1\n"])
def test_what_is_no_python_at_all(tmp_path: Path, content: bytes) -> None:
    """A compiled file, an image, another encoding."""
    path = tmp_path / "binary.py"
    path.write_bytes(content)
    refused(path)


def test_an_import_that_fails(write: Any) -> None:
    """Names the line and says what can be imported."""
    path = write("import math\nimport no_such_module_anywhere\n")
    error = refused(path)
    assert f"{path}:2: ModuleNotFoundError: No module named 'no_such_module_anywhere'" in error.message
    assert "one plain file" in error.hint


@pytest.mark.parametrize(("line", "shown"), [("1 / 0", "ZeroDivisionError: division by zero"), ("raise SystemExit(3)", "SystemExit: 3")])
def test_a_file_that_raises(write: Any, line: str, shown: str) -> None:
    """Even sys.exit ends nothing but the loading. The line is the file's own, not a library's."""
    path = write(f"x = 1\ndef f():\n    {line}\nf()\n")
    assert f"{path}:3: {shown}" in refused(path).message


@pytest.mark.parametrize(
    "source",
    ["x = 1\n", "from seawall.strategy import TradingStrategy\n", "class Mine:\n    def on_market_data(self, price_update): ...\n"],
)
def test_no_strategy(write: Any, source: str) -> None:
    """Says what a strategy is."""
    error = refused(write(source))
    assert "defines no strategy" in error.message
    assert "derives from TradingStrategy" in error.hint


def test_a_constructor_that_fails(write: Any) -> None:
    """With the line in the author's file."""
    path = write("""
        from seawall.strategy import TradingStrategy

        class Mine(TradingStrategy):
            def __init__(self, config):
                super().__init__(config)
                self.size = 1 / config.get("size", 0)
            def on_market_data(self, price_update): ...
    """)
    error = refused(path)
    assert f"{path}:4: Mine cannot be made: ZeroDivisionError: division by zero at line 7" in error.message
    assert load_strategy(path, {"size": 2}).__name__ == "Mine"


@pytest.mark.parametrize("signature", ["self", "self, config, more"])
def test_a_constructor_that_takes_something_else(write: Any, signature: str) -> None:
    """It is called with the config and nothing else."""
    path = write(f"""
        from seawall.strategy import TradingStrategy

        class Mine(TradingStrategy):
            def __init__({signature}):
                super().__init__({{}})
            def on_market_data(self, price_update): ...
    """)
    error = refused(path)
    assert "cannot be made: TypeError" in error.message
    assert "takes the config" in error.hint


def test_a_constructor_that_forgets_its_base(write: Any) -> None:
    """Nothing of what every strategy has would be there."""
    path = write("""
        from seawall.strategy import TradingStrategy

        class Mine(TradingStrategy):
            def __init__(self, config):
                self.config = config
            def on_market_data(self, price_update): ...
    """)
    assert "super().__init__(config)" in refused(path).hint


def test_a_parameter_without_a_default_is_no_fault_of_the_file(write: Any) -> None:
    """Until a config is given that lacks it."""
    path = write("""
        from seawall.strategy import TradingStrategy

        class Mine(TradingStrategy):
            def __init__(self, config):
                super().__init__(config)
                self.pair = config["pair"]
            def on_market_data(self, price_update): ...
    """)
    assert load_strategy(path).__name__ == "Mine"
    assert load_strategy(path, {"pair": "BTC-USD"}).__name__ == "Mine"
    assert "KeyError: 'pair' at line 7" in refused(path, {}).message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("pass", "overrides no callback"),
        ("async def on_market_data(self, price_update): ...", "is async"),
        ("def on_market_data(self, price_update): yield 1", "is a generator"),
        ("def on_market_data(self): ...", "does not take what it is called with"),
        ("def on_timer(self, now): ...", "does not take what it is called with"),
    ],
)
def test_callbacks_that_could_not_be_called(write: Any, body: str, message: str) -> None:
    """Found before the first event, not by it."""
    path = write(f"from seawall.strategy import TradingStrategy\nclass Mine(TradingStrategy):\n    {body}\n")
    error = refused(path)
    assert message in error.message
    assert f"{path}:2: Mine" in error.message


def test_a_misspelt_callback_is_pointed_out(write: Any) -> None:
    """It would silently never be called."""
    path = write("from seawall.strategy import TradingStrategy\nclass Mine(TradingStrategy):\n    def on_marketdata(self, u): ...\n")
    assert refused(path).hint == "it has on_marketdata (meant on_market_data?)", "and nothing that it inherits"


def test_a_callback_may_name_its_parameters_as_it_likes(write: Any) -> None:
    """They are passed by position; more with defaults are fine."""
    path = write("""
        from seawall.strategy import TradingStrategy

        class Mine(TradingStrategy):
            def on_market_data(self, update, cache={}): ...
            def on_order_fill(self, *anything): ...
    """)
    assert load_strategy(path).__name__ == "Mine"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("TIMER_SECONDS = -1", "TIMER_SECONDS must be None or a number from 0.001, got -1"),
        ("TIMER_SECONDS = 'often'", "TIMER_SECONDS must be"),
        ("max_position_size = float('nan')", "max_position_size must be a number"),
        ("max_position_size = -2", "max_position_size must be a number"),
        ("max_position_size = {'BTC-USD': None}", "max_position_size of BTC-USD must be a number"),
    ],
)
def test_figures_out_of_range(write: Any, line: str, message: str) -> None:
    """What sizing and timers need is checked as well."""
    path = write(f"from seawall.strategy import TradingStrategy\nclass Mine(TradingStrategy):\n    {line}\n    def on_timer(self): ...\n")
    assert message in refused(path).message


def test_the_strategies_of_the_house_load() -> None:
    """The very files a user starts from."""
    files = sorted((Path(__file__).parents[3] / "strategies").glob("*.py"))
    assert files
    for file in files:
        assert issubclass(load_strategy(file), TradingStrategy)


def test_only_an_abstract_one(write: Any) -> None:
    """Names what it lacks."""
    path = write("""
        from abc import ABC, abstractmethod
        from seawall.strategy import TradingStrategy

        class Base(TradingStrategy, ABC):
            @abstractmethod
            def idea(self): ...
            @abstractmethod
            def size(self): ...
    """)
    assert "Base is abstract, it lacks idea, size" in refused(path).message


def test_a_new_version_that_does_not_load_leaves_the_old_one_whole(write: Any) -> None:
    """Its module stays listed: what looks itself up there still finds itself."""
    old = load_strategy(write(GOOD))
    refused(write(GOOD + "\n    1 / 0\n"))
    assert sys.modules[old.__module__].Mine is old
