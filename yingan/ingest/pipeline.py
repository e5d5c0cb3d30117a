"""The one transaction: messages in; log, receipts, latest values, alarms, notices and watermarks out, or nothing.

`Pipeline.take` decodes a batch, drops what is in the record already, judges, writes and commits. Only then does the
edge acknowledge. Whatever fails leaves no trace but forgotten memory, which is read again from the tables.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.db import transaction

from yingan.alarms.services import recording
from yingan.alarms.services.judge import Verdict
from yingan.ingest import messages
from yingan.ingest.crash import crash_here
from yingan.ingest.messages import Message, Poison
from yingan.ingest.models import Quarantine
from yingan.ingest.registry import GatewayState, Registry
from yingan.kernel import clock
from yingan.telemetry.models import IngestBeat
from yingan.telemetry.models.measures import GOOD, OVER_RANGE, SUSPECT_TIME, Bytes, Floats, Ints, Readings
from yingan.telemetry.services import readings as store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

PAST_MS = 7 * 86_400_000
AHEAD_MS = 5 * 60_000
LONGEST_TAG = 100


class Delivery(NamedTuple):
    """A message as the broker hands it over."""

    subject: str
    body: bytes
    stream_seq: int


class Watermark(NamedTuple):
    """Up to which number the messages of a gateway's run are in the record: the gateway may forget them."""

    public_id: str
    boot: str
    committed: int


@dataclass
class Taken:
    """A message on its way through one batch, and what its points make of it."""

    public_id: str
    state: GatewayState
    message: Message
    places: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    times: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    values: Floats = field(default_factory=lambda: np.empty(0))
    qualities: Bytes = field(default_factory=lambda: np.empty(0, np.uint8))
    log: store.LogRow | None = None


@dataclass
class Batch:
    """One batch: when it began, what was decoded, what is new, and what was refused."""

    now: dt.datetime
    lag_s: float = 0.0
    taken: list[Taken] = field(default_factory=list)
    seen: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    quarantined: list[Quarantine] = field(default_factory=list)
    unknown: dict[tuple[int, int, str], int] = field(default_factory=dict)

    @property
    def now_ms(self) -> int:
        """The time of receipt in milliseconds."""
        return round(self.now.timestamp() * 1000)

    def refuse(self, delivery: Delivery, error: str) -> None:
        """Put a message aside for a person to look at."""
        self.quarantined.append(
            Quarantine(
                received_at=self.now,
                subject=delivery.subject[:300].replace("\x00", ""),
                error=error[:300],
                stream_seq=delivery.stream_seq,
                sha256=hashlib.sha256(delivery.body).hexdigest(),
                raw=delivery.body,
            )
        )


class Pipeline:
    """Takes batches, one after the other; there is one at work on a database at a time (`edge`)."""

    def __init__(self) -> None:
        self.registry = Registry()

    def take(self, deliveries: Sequence[Delivery], *, lag_s: float = 0.0) -> list[Watermark]:
        """Commit a batch and return the watermarks of the runs in it; on any error nothing is committed.

        `lag_s` says for how long the broker held the oldest of them.
        """
        batch = Batch(clock.now(), lag_s)
        decoded = [self._decode(batch, delivery) for delivery in deliveries]
        crash_here("after_decode")
        try:
            with transaction.atomic():
                self.registry.refresh({found[0] for found in decoded if found})
                for delivery, found in zip(deliveries, decoded, strict=True):
                    if found:
                        self._admit(batch, delivery, *found)
                self._write(batch, self._judge(batch))
                crash_here("before_commit")
        except BaseException:
            self.registry.forget({found[0] for found in decoded if found})
            raise
        return self._commit(batch)

    def put_aside(self, delivery: Delivery, error: str) -> None:
        """Quarantine a message that the tables refuse, so that it does not hold up the others."""
        batch = Batch(clock.now())
        batch.refuse(delivery, error.replace("\x00", ""))
        Quarantine.objects.bulk_create(batch.quarantined, ignore_conflicts=True)

    def _decode(self, batch: Batch, delivery: Delivery) -> tuple[str, Message] | None:
        sender = messages.gateway_of(delivery.subject)
        if sender is None:
            batch.refuse(delivery, "unknown subject")
            return None
        try:
            return sender[0], messages.decode(delivery.body, packed=sender[1])
        except Poison as poison:
            batch.refuse(delivery, str(poison).replace("\x00", ""))
            return None

    def _admit(self, batch: Batch, delivery: Delivery, public_id: str, message: Message) -> None:
        """Add a message to the batch, unless nobody knows its gateway or it was taken before."""
        state = self.registry.gateways.get(public_id)
        if state is None:
            batch.refuse(delivery, "unknown gateway")
            return
        seen = batch.seen.setdefault((public_id, message.boot), set())
        if state.run(message.boot).has(message.seq) or message.seq in seen:
            return
        seen.add(message.seq)
        taken = Taken(public_id, state, message)
        _resolve(batch, taken)
        batch.taken.append(taken)

    def _judge(self, batch: Batch) -> Verdict:
        if not batch.taken:
            return Verdict([], [])
        verdict = self.registry.judge.take(
            np.concatenate([taken.state.slots[taken.places] for taken in batch.taken]),
            np.concatenate([taken.times for taken in batch.taken]),
            np.concatenate([taken.values for taken in batch.taken]),
            np.concatenate([taken.qualities for taken in batch.taken]),
        )
        crash_here("after_judge")
        return verdict

    def _write(self, batch: Batch, verdict: Verdict) -> None:
        rows = [taken.log for taken in batch.taken if taken.log is not None]
        store.keep_log(rows)
        runs = store.keep_runs(
            [
                store.RunRow(state.known.enterprise_id, state.known.gateway_id, boot, state.run(boot).after(seqs))
                for (public_id, boot), seqs in sorted(batch.seen.items())
                if seqs and (state := self.registry.gateways[public_id])
            ],
            batch.now,
        )
        store.keep_receipts(
            [store.ReceiptRow(row.enterprise_id, runs[row.gateway_id, row.boot], row.seq) for row in rows]
        )
        crash_here("after_log")
        self._write_latest(batch)
        store.keep_unknown([store.UnknownRow(*key, batch.now, n) for key, n in sorted(batch.unknown.items())])
        self._write_alarms(batch, verdict)
        crash_here("after_alarms")
        Quarantine.objects.bulk_create(batch.quarantined, ignore_conflicts=True)
        beat(batch.now, batch.lag_s)

    def _write_latest(self, batch: Batch) -> None:
        rows = []
        for state in {taken.public_id: taken.state for taken in batch.taken}.values():
            newest = self.registry.newest_ms(state)
            at = clock.from_epoch_ms(newest) if newest > 0 else batch.now
            offset = (batch.now - at).total_seconds()
            packed = self.registry.pack(state)
            rows.append(
                store.LatestRow(state.known.enterprise_id, state.known.gateway_id, batch.now, at, offset, packed)
            )
        store.keep_latest(sorted(rows, key=lambda row: row.gateway_id))

    def _write_alarms(self, batch: Batch, verdict: Verdict) -> None:
        points, judge, owed = self.registry.point_at, self.registry.judge, self.registry.owed
        changes = [recording.Decision(points[change.slot], change, batch.now) for change in verdict.changes]
        late = [recording.LateDecision(points[found.slot], found, batch.now) for found in verdict.late]
        recording.record(changes, late, now=batch.now)
        for decision in changes:
            if not decision.change.raised:
                owed.pop(decision.key, None)
            elif batch.now - decision.at >= recording.FRESH:
                owed[decision.key] = decision.change.slot
        fresh = batch.now_ms - recording.FRESH.total_seconds() * 1000
        due = [key for key, slot in owed.items() if judge.judged[slot] > fresh]
        if due:
            recording.tell(due, now=batch.now)
            for key in due:
                del owed[key]

    def _commit(self, batch: Batch) -> list[Watermark]:
        """Remember what is in the record now and name the watermarks."""
        marks = []
        for (public_id, boot), seqs in batch.seen.items():
            run = self.registry.gateways[public_id].run(boot)
            run.take(seqs)
            marks.append(Watermark(public_id, boot, run.committed))
        return marks


def beat(now: dt.datetime, lag_s: float = 0.0) -> None:
    """Say that ingest is alive."""
    IngestBeat.objects.bulk_create(
        [IngestBeat(pk=1, at=now, lag_s=lag_s)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["at", "lag_s"],
    )


def _resolve(batch: Batch, taken: Taken) -> None:
    """Find the points of a message, mark suspect times and values out of range, and make its log row."""
    state, message = taken.state, taken.message
    places = state.places(message.tags)
    suspect = (message.times < batch.now_ms - PAST_MS) | (message.times > batch.now_ms + AHEAD_MS)
    times = np.where(suspect, batch.now_ms, message.times)
    known = (places >= 0) & (times <= state.until[places]) if len(state.until) else np.zeros(len(places), np.bool_)
    if not known.all():
        _count_unknown(batch, taken, known)
    places, values, sent = places[known], message.values[known], message.times[known]
    suspect, times, qualities = suspect[known], times[known], message.qualities[known]
    beyond = (values < state.range_low[places]) | (values > state.range_high[places])
    qualities[beyond & (qualities == GOOD)] = OVER_RANGE
    qualities[suspect] |= SUSPECT_TIME
    taken.places, taken.times, taken.values, taken.qualities = places, times, values, qualities
    first, last = (int(times.min()), int(times.max())) if len(times) else (batch.now_ms, batch.now_ms)
    taken.log = store.LogRow(
        state.known.enterprise_id, state.known.gateway_id, message.boot, message.seq, batch.now,
        clock.from_epoch_ms(first), clock.from_epoch_ms(last), Readings(state.ids[places], sent, values, qualities),
    )  # fmt: skip


def _count_unknown(batch: Batch, taken: Taken, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    owner = taken.state.known
    for place in np.flatnonzero(~known).tolist():
        tag = taken.message.tags[place].replace("\x00", "")[:LONGEST_TAG]
        key = (owner.enterprise_id, owner.gateway_id, tag)
        batch.unknown[key] = batch.unknown.get(key, 0) + 1
