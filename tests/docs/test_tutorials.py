"""What the pages show works: their blocks are typed in one after the other, and say what the page says they do."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks
from tests.docs.session import Session

PAGES = (
    "README.md",
    "docs/tutorials/first-strategy.md",
    "docs/tutorials/your-own-data.md",
    "docs/strategies.md",
    "docs/orders.md",
    "docs/results.md",
    "docs/tutorials/research.md",
)
RECORDED = "$SEAWALL_DATA"  # Blocks that name it need recorded markets.


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty directory to work in; what was imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    before = dict(sys.modules)
    yield tmp_path
    for name in [name for name in sys.modules if name not in before]:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


def read(page: str) -> list[Block]:
    return blocks((ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_works(page: str, desk: Path) -> None:
    """In the order of the page, in one directory and one Python namespace."""
    Session(ROOT / page).follow([block for block in read(page) if RECORDED not in block.body])


@pytest.mark.parametrize("page", [page for page in PAGES if any(RECORDED in block.body for block in read(page))])
def test_what_a_page_shows_of_recorded_markets_works(page: str, desk: Path, seawall_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a directory that has the strategies of the repository."""
    monkeypatch.setenv("SEAWALL_DATA", str(seawall_data))
    shutil.copytree(ROOT / "strategies", desk / "strategies")
    Session(ROOT / page).follow([block for block in read(page) if RECORDED in block.body])
