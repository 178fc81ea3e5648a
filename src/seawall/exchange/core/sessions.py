"""Opening accounts, logging on, heartbeats, cancel-on-disconnect. Who has no account here gets no answer: there is no address for it."""

from seawall.api.accounts import AccountRefused, Heartbeat, HeartbeatAnswered, LoggedOn, Logon, OpenAccount
from seawall.api.message import Envelope
from seawall.api.units import DAY, Nanos
from seawall.exchange.core.accounts import open_account
from seawall.exchange.core.floor import Floor

LONGEST = DAY  # That a countdown takes.


def open_or_deposit(floor: Floor, command: OpenAccount, now: Nanos) -> list[Envelope]:
    refusal = open_account(floor.state.ledger, command)
    if refusal is not None:
        answer = AccountRefused(command.account, refusal, now)
        return [Envelope(command.owner, answer)] if command.owner else floor.drop()
    if command.account not in floor.members:
        floor.admit(command.account)
    return []


def log_on(floor: Floor, logon: Logon, now: Nanos) -> list[Envelope]:
    member = floor.members.get(logon.account)
    if member is None:
        return floor.drop()
    member.client.cancel_after = cancel_after = Nanos(min(max(logon.cancel_after, 0), LONGEST))
    floor.count_down(logon.account, now)
    return [Envelope(member.owner, LoggedOn(logon.account, logon.request_id, now, cancel_after))]


def answer_heartbeat(floor: Floor, heartbeat: Heartbeat, now: Nanos) -> list[Envelope]:
    member = floor.members.get(heartbeat.account)
    if member is None:
        return floor.drop()
    if member.client.cancel_after:
        floor.count_down(heartbeat.account, now)
    return [Envelope(member.owner, HeartbeatAnswered(heartbeat.account, heartbeat.request_id, now))]
