"""What all calls to one endpoint share in a process: how many at once, a circuit breaker, and the way it gives JSON.

The breaker is that of Nygard, "Release It!" (2007), 5.2: after a few failures in a row calls are refused at once, and after a
rest one is let through to try.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from coach.errors import CapError, EndpointError, EndpointRestsError, GoneError

AT_ONCE = 32
_FAILURES = 3
_REST_SECONDS = 20.0


class Guard:
    """The gate to one endpoint. Safe to use from several threads.

    Attributes:
        way: how the endpoint was last brought to give JSON (see `structured`); empty: not tried yet.
    """

    def __init__(self, at_once: int = AT_ONCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.way = ""
        self._places = BoundedSemaphore(at_once)
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._opens_at = 0.0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """One call; waits for its place.

        Raises:
            EndpointRestsError: the endpoint has failed several times in a row, and is left in peace for a while.
        """
        self._refuse_while_it_rests()  # before the wait for a place as well, which may be long while calls hang
        with self._places:
            tries = self._refuse_while_it_rests(begins=True)
            try:
                yield
            except EndpointError:
                self._failed(tries=tries)
                raise
            except (CapError, GoneError):
                # Nobody was asked, or nobody waited for the end; where this was the try, another may try at once.
                self._not_tried(tries=tries)
                raise
            except (Exception, GeneratorExit):
                # It did answer: not well, or more than was wanted.
                self._answered()
                raise
            self._answered()

    def _refuse_while_it_rests(self, *, begins: bool = False) -> bool:
        """Whether the call that `begins` is the one that tries whether the endpoint is back."""
        with self._lock:
            if self._failures < _FAILURES:
                return False
            rest = self._opens_at - self._clock()
            if rest > 0:
                raise EndpointRestsError(f"The language model failed {self._failures} times in a row; it is tried again in "
                                         f"{rest:.0f} seconds.", rest)
            if begins:
                # Until it is back, others are refused as before.
                self._opens_at = self._clock() + _REST_SECONDS
            return begins

    def _failed(self, *, tries: bool) -> None:
        with self._lock:
            self._failures += 1
            # What was under way while it rests, and fails late, makes the rest no longer.
            if tries or self._failures == _FAILURES:
                self._opens_at = self._clock() + _REST_SECONDS

    def _not_tried(self, *, tries: bool) -> None:
        with self._lock:
            if tries:
                self._opens_at = self._clock()

    def _answered(self) -> None:
        with self._lock:
            self._failures = 0


_GUARDS: dict[tuple[str, str], Guard] = {}
_GUARDS_LOCK = Lock()


def guard_of(endpoint: str, model: str) -> Guard:
    """The guard that all calls to this model at this endpoint share."""
    with _GUARDS_LOCK:
        return _GUARDS.setdefault((endpoint, model), Guard())
