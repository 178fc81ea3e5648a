"""Recorded market data. A shell: it reads files and frames and yields chunks of integers; nothing in it decides how orders fill."""

from seawall.market_data.recorded.delay import FeedDelay
from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.kinds import ROW_COLUMNS, Kind
from seawall.market_data.recorded.opening import open_recording
from seawall.market_data.recorded.recording import Input, Recording
from seawall.market_data.recorded.rows import Chunk, Refusal, Stream

__all__ = ["ROW_COLUMNS", "Chunk", "FeedDelay", "Input", "Kind", "Recording", "RecordingError", "Refusal", "Stream", "open_recording"]
