"""The library as it is now: another process may have built a new index since it was opened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from coach.errors import SetupError
from coach.knowledge.holdings import Holdings
from coach.knowledge.search import Library, open_library
from coach.knowledge.versions import read_pointer
from coach.language.embeddings import Embedder


@dataclass
class LiveLibrary:
    """Opens the library when it is first asked for, and again whenever another version of the index has come to serve.

    One process builds at a time (`versions.building`); any number read. Each sees a new version with its next question; until
    a build is whole, all go on with the version before it. Looking costs the reading of a small file.

    Attributes:
        holdings: reads what the library holds.
        folder: of the index.
    """

    holdings: Callable[[], Holdings]
    embedder: Embedder
    folder: Path
    _library: Library | None = field(default=None, init=False)
    _version: str = field(default="", init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def now(self) -> Library:
        """The library of the version that serves.

        Raises:
            SetupError: there is none that fits what the library holds, and none was open before.
        """
        with self._lock:
            library = self._library
            try:
                pointer = read_pointer(self.folder)
                version = pointer.version if pointer else ""
                return library if library is not None and version == self._version else self._opened(version)
            except SetupError:
                # In the middle of another process's changes the index may not fit yet; the last answers are no worse for it.
                if library is None:
                    raise
                return library

    def _opened(self, version: str) -> Library:
        self._library, self._version = open_library(self.holdings(), self.embedder, self.folder), version
        return self._library
