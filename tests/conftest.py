"""What every test may use: hypothesis settings that reproduce, and the recorded data where there is some."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

settings.register_profile("seawall", deadline=None, print_blob=True)
settings.register_profile("seawall-ci", settings.get_profile("seawall"), derandomize=True, database=None)
settings.load_profile("seawall-ci" if os.environ.get("CI") else "seawall")


@pytest.fixture(scope="session")
def seawall_data() -> Path:
    """The directory of recorded market data: $SEAWALL_DATA, or ../shared/data beside the repository."""
    directory = Path(os.environ.get("SEAWALL_DATA") or ROOT.parent / "shared" / "data")
    if not directory.is_dir():
        pytest.skip(f"no recorded data at {directory}: set SEAWALL_DATA to a directory with the parquet files to run this test")
    return directory
