"""How patient a venue session is."""

import msgspec

from seawall.api.instruments import Venue
from seawall.api.message import Address
from seawall.api.orders import AccountId
from seawall.api.units import MILLISECOND, MINUTE, SECOND, Nanos


class SessionSettings(msgspec.Struct, frozen=True):
    answer_timeout: Nanos = Nanos(2 * SECOND)  # For any request: later, its fate is unknown.
    order_validity: Nanos = Nanos(5 * SECOND)  # The venue rejects an order that arrives later.
    absence_margin: Nanos = Nanos(SECOND)  # How long after that window the venue's "no such order" is believed.
    heartbeat_interval: Nanos | None = Nanos(5 * SECOND)  # None: the venue runs in this process and cannot fall silent.
    silence_limit: Nanos = Nanos(15 * SECOND)  # No word from the venue for so long: down.
    cancel_after: Nanos | None = Nanos(
        15 * SECOND
    )  # Asked of the venue: no heartbeat for so long, and it ends our orders. None: not wanted.
    reconcile_interval: Nanos | None = Nanos(30 * SECOND)
    backoff_first: Nanos = Nanos(100 * MILLISECOND)
    backoff_last: Nanos = Nanos(30 * SECOND)  # Between repeated requests.
    probe_interval: Nanos = Nanos(5 * SECOND)  # Between attempts to connect, at most.
    failures_allowed: int = 3  # Unanswered order requests in a row; then the session is degraded: no new orders, but for a probe.
    misses_allowed: int = 3  # Acceptances and fills in a row that only answers told: then the private stream is mute, and is begun anew.
    requests: int | None = None  # Of any kind within `request_window`, as the venue allows. None: it does not say.
    request_window: Nanos = Nanos(MINUTE)
    reserve_percent: int = 20  # Of them, kept from orders for cancels and questions.
    trade_window: int = 500  # Applied trade ids kept per instrument before the venue is asked to confirm them; it remembers more.


class VenueSettings(msgspec.Struct, frozen=True):
    venue: Venue
    address: Address
    account: AccountId
    session: SessionSettings = SessionSettings()
