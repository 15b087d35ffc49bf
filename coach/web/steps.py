"""How far each tab has moved on: what comes late, for an earlier step, is not shown over a newer one."""

from threading import Event, Lock
from typing import Protocol


class HasSession(Protocol):
    """A request of a tab."""

    session_hash: str | None


class Steps:
    """The steps of all tabs, and which tabs are gone. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: dict[str, int] = {}
        self._gone: dict[str, Event] = {}

    def take(self, request: HasSession) -> None:
        """The tab moves on: a reply is sent, another meeting or a debrief is opened."""
        with self._lock:
            self._taken[_tab(request)] = self.now(request) + 1

    def now(self, request: HasSession) -> int:
        """At which step the tab is."""
        return self._taken.get(_tab(request), 0)

    def gone(self, request: HasSession) -> Event:
        """Set once the tab is gone; one for all that is under way for it."""
        with self._lock:
            return self._gone.setdefault(_tab(request), Event())

    def leave(self, request: HasSession) -> None:
        """The tab is closed, or loaded anew."""
        with self._lock:
            self._taken.pop(_tab(request), None)
            gone = self._gone.pop(_tab(request), None)
        if gone:
            gone.set()


def _tab(request: HasSession) -> str:
    return request.session_hash or ""
