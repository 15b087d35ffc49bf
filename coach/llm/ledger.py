"""What calls to models take, kept as they are made, and the caps on it.

A piece of work (a turn of a meeting, a question to the coach) is opened around the calls made for it. Before each call the most
that it can take is set aside, so that calls made side by side do not pass a cap together that neither passes alone.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from threading import Event, Lock
from typing import Protocol

from coach.domain import ModelCall, Spent
from coach.errors import CapError, GoneError, StorageError
from coach.llm.prices import Prices

_LOG = logging.getLogger("coach.llm")
# What a day takes is set aside under this name, what a meeting takes under its id.
_DAY = ""


class Book(Protocol):
    """Where calls are kept."""

    def spent(self, meeting_id: str, since: datetime | None) -> Spent:
        """What the calls of one meeting (of all, where it is empty) have taken since a moment."""
        ...

    def keep_calls(self, calls: Sequence[ModelCall], meeting_id: str, number: int | None) -> None:
        """Keep `calls`, made for a meeting's reply `number`, or for neither. StorageError where that fails."""
        ...


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that a meeting and a day (UTC) may take; None: no cap."""

    meeting_tokens: int | None = None
    day_tokens: int | None = None
    meeting_dollars: float | None = None
    day_dollars: float | None = None


@dataclass
class Work:
    """A piece of work for which calls are made.

    Attributes:
        meeting_id: the meeting it is for, or empty.
        number: of the reply.
        gone: set once nobody waits for it any more; then no further word is read of any answer.
        calls: those that were answered and are not kept yet.
        done: whether it is over; a call that comes in late is then kept at once.
    """

    meeting_id: str = ""
    number: int | None = None
    gone: Event = field(default_factory=Event)
    calls: list[ModelCall] = field(default_factory=list)
    done: bool = False


_CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)


def stop_if_gone() -> None:
    """Ends work for which nobody waits any more.

    Raises:
        GoneError: the trainee has left.
    """
    work = _CURRENT.get()
    if work is not None and work.gone.is_set():
        raise GoneError("The trainee has left; the answer under way was stopped, and nothing was kept of it.")


class Ledger:
    """Counts what is spent, keeps it, and stops at the caps. One a process; safe to use from several threads."""

    def __init__(self, prices: Prices, caps: Caps, book: Callable[[], Book],
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.prices = prices
        self.caps = caps
        self.now = now
        self._book = book
        self._lock = Lock()
        self._aside: defaultdict[str, Spent] = defaultdict(Spent)
        # What could not be kept when it should have been; it is tried again with the next.
        self._unkept: list[tuple[tuple[ModelCall, ...], str, int | None]] = []

    @contextmanager
    def work(self, meeting_id: str = "", number: int | None = None, gone: Event | None = None) -> Iterator[Work]:
        """The calls within the block, and in threads begun with its context, are counted for this meeting and reply."""
        work = Work(meeting_id, number, gone or Event())
        token = _CURRENT.set(work)
        try:
            yield work
        finally:
            _CURRENT.reset(token)
            with self._lock:
                work.done = True
            self._keep(work)

    def begin(self, most: Spent) -> Work:
        """The work that a call belongs to, with the most that the call may take set aside for it.

        Raises:
            CapError: that would pass a cap; the message says which, and what can be done.
            GoneError: the trainee has left.
        """
        stop_if_gone()
        work = _CURRENT.get() or Work(done=True)
        with self._lock:
            self._check("day", _DAY, most, self.caps.day_tokens, self.caps.day_dollars)
            if work.meeting_id:
                self._check("meeting", work.meeting_id, most, self.caps.meeting_tokens, self.caps.meeting_dollars)
            self._set_aside(work, most)
        return work

    def end(self, work: Work, most: Spent, call: ModelCall | None) -> None:
        """The call is over, and took what `call` says; None: nothing."""
        with self._lock:
            self._set_aside(work, (call.spent if call else Spent()) - most)
            if call is not None:
                work.calls.append(call)
        if work.done:
            self._keep(work)

    def _check(self, what: str, whose: str, most: Spent, tokens: int | None, dollars: float | None) -> None:
        if tokens is None and dollars is None:
            return
        since = None if whose else datetime.combine(self.now().date(), time(), UTC)
        so_far = self._book().spent(whose, since)
        wanted = so_far + self._aside[whose] + most
        if tokens is not None and wanted.tokens > tokens:
            raise CapError(f"The language model was not asked: this {what} has taken {so_far.tokens:,} of the {tokens:,} "
                           f"tokens that a {what} may take (COACH_{what.upper()}_TOKENS).")
        if dollars is not None and wanted.dollars > dollars:
            raise CapError(f"The language model was not asked: this {what} has cost ${so_far.dollars:.2f} of the "
                           f"${dollars:.2f} that a {what} may cost (COACH_{what.upper()}_COST).")

    def _set_aside(self, work: Work, amount: Spent) -> None:
        for whose in {_DAY, work.meeting_id}:
            self._aside[whose] += amount

    def _keep(self, work: Work) -> None:
        with self._lock:
            calls, work.calls = tuple(work.calls), []
            waiting, self._unkept = self._unkept, []
        batches = [*waiting, *([(calls, work.meeting_id, work.number)] if calls else [])]
        for place, (some, meeting_id, number) in enumerate(batches):
            try:
                self._book().keep_calls(some, meeting_id, number)
            except StorageError as error:
                # A turn is worth more than the note of what it cost; and it still counts against the caps.
                _LOG.warning("What %d calls to the model took was not kept yet: %s", len(some), error)
                with self._lock:
                    self._unkept += batches[place:]
                return
            with self._lock:
                for whose in {_DAY, meeting_id}:
                    self._aside[whose] -= sum((call.spent for call in some), Spent())
                    if whose and self._aside[whose].tokens <= 0:
                        del self._aside[whose]
