"""What a venue session must not forget over a crash."""

from enum import StrEnum

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.orders import ClientOrderId, TradeId
from seawall.api.units import Currency, Nanos
from seawall.runtime.rng import Rng


class SessionStatus(StrEnum):
    DOWN = "down"  # Waits until `wake_at`, then logs on.
    CONNECTING = "connecting"  # Logon sent.
    SYNCHRONISING = "synchronising"  # Logged on; asks what is true before anything new leaves.
    LIVE = "live"
    DEGRADED = "degraded"  # Live for cancels and questions; new orders only as probes, one at a time.


class SessionState(msgspec.Struct):
    rng: Rng  # For the jitter of backoffs.
    status: SessionStatus = SessionStatus.DOWN
    attempts: int = 0  # To connect, in a row.
    wake_at: Nanos = Nanos(0)  # Down: when to log on. Connecting, synchronising: when to give up. Live: next heartbeat.
    heard_at: Nanos = Nanos(0)  # The venue's latest answer,
    reported_at: Nanos = Nanos(0)  # and its latest word of its own accord about our orders and money: the private stream.
    live_at: Nanos = Nanos(0)  # When it last came to be live.
    missed: int = 0  # What only answers told, since the private stream last spoke,
    missed_at: Nanos = Nanos(0)  # and when the latest of it was told.
    mute: bool = False  # It was too much: the session logged on anew, and waits for a word of the stream.
    reconcile_at: Nanos = Nanos(0)
    clock_offset: int = 0  # The venue's clock less ours, as its last answer told.
    clock_request: int = 0  # The request whose answer tells the venue's time, and when it was sent.
    clock_asked: Nanos = Nanos(0)
    next_request: int = 1
    orders_asked: Nanos = Nanos(0)  # When the list of open orders was asked for last.
    awaited: dict[int, str] = {}  # Requests of the current synchronisation or reconciliation that are unanswered.
    in_flight: dict[ClientOrderId, Nanos] = {}  # Orders whose last request is unanswered, and when patience ends.
    confirmed: dict[InstrumentId, TradeId] = {}  # Every fill up to this trade id is booked: the venue said so.
    applied: dict[InstrumentId, dict[int, bool]] = {}  # Booked fills above it: trade id, sign by side.
    last_fill: Nanos = Nanos(0)  # The venue's time of the newest fill booked.
    opening: dict[Currency, int] | None = None  # The account's balances less what our fills changed, as the venue last told.
    opened_at: Nanos = Nanos(0)  # The venue's time when it first told them: fills before are in them.
    fills_lost: bool = False  # Fills that we do not know of are no longer listed. Balances that agree clear it.
    suspected: dict[Currency, int] = {}  # By how much they have moved since, if the next look says the same.
    balances_due: bool = False  # To be asked for when all other questions are answered.
    failures: int = 0  # Order requests in a row that went unanswered.
    probe_at: Nanos = Nanos(0)  # Degraded: when one order may try again.
    request_window: int = 0  # The window that `requests` counts in.
    requests: int = 0  # Sent in it.
    # Of perpetuals:
    cash_seen: int = 0  # The last movement of cash without a fill that is booked. They come without gaps.
    positions_due: bool = False  # To be asked for when all questions but the balances are answered.
    margin_doubts: dict[InstrumentId, int] = {}  # Looks in a row at which the venue's margin was another than ours.
    position_doubts: dict[InstrumentId, int] = {}  # By how many lots the venue's differ from ours, if the next look says the same.
