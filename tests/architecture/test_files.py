"""What every file owes its reader: a first line on what lives here, and a length that can be read in one go."""

import ast

from tests.architecture.sources import ROOT, parsed, product_files

LONGEST = 400


def test_every_product_file_says_what_lives_in_it() -> None:
    """Empty `__init__.py` files speak for themselves."""
    silent = [name for name, path in product_files().items() if parsed(path).body and not ast.get_docstring(parsed(path))]
    assert silent == []


def test_no_product_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in product_files().items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_test_file_says_what_it_holds() -> None:
    silent = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").rglob("*.py")) if not ast.get_docstring(parsed(path))]
    assert silent == []
