"""Where a company's own documents are kept, and which built-in cards are switched off.

library/
off.json            ids of the cards that are switched off
<id>/               a document: the file as it was, document.json, passages.json
"""

import fcntl
import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coach.errors import ConflictError, InputError, NotFoundError, SetupError
from coach.knowledge.cards import Card
from coach.knowledge.chunks import slug
from coach.knowledge.convert import check_size, convert
from coach.knowledge.documents import Document, passages_hash, passages_of, read_document, write_document
from coach.knowledge.holdings import Holdings
from coach.language.text import clean

_OFF = "off.json"
_LOCK = ".off.lock"
_DRAFT = ".draft-"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")
_LONGEST_TITLE = 120
_LONGEST_ID = 40
_OLD_SECONDS = 3600


@dataclass(frozen=True)
class Shelf:
    """The company's part of the library, in `folder`; each method reads what is there, so that processes agree."""

    folder: Path

    def documents(self) -> tuple[Document, ...]:
        """All documents, sorted by title.

        Raises:
            SetupError: one is damaged; names it and says what to do.
        """
        folders = [path for path in self.folder.glob("*") if path.is_dir() and not path.name.startswith(".")]
        found = []
        for folder in folders:
            try:
                found.append(read_document(folder))
            except SetupError:
                if folder.is_dir():  # else another process has just taken it out
                    raise
        return tuple(sorted(found, key=lambda one: (one.title.lower(), one.id)))

    def holdings(self, cards: Sequence[Card], elsewhere: tuple[str, ...] = ()) -> Holdings:
        """What is to be found: those of `cards` that are not switched off, and the documents."""
        off = self.off()
        return Holdings(tuple(card for card in cards if card.id not in off), self.documents(), elsewhere)

    def add(self, path: Path, by: str, name: str = "", title: str = "") -> Document:
        """Take the file at `path` into the library.

        Args:
            path: the file; it is copied.
            by: who adds it.
            name: what the user calls the file; without it the name it has.
            title: as it is to be shown; without it the file's name.

        Raises:
            InputError: it can not be read; says why and what to do.
            ConflictError: the same file is there already.
            SetupError: the library can not be written.
        """
        name = Path(name or path.name).name
        try:
            check_size(path, name)
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{name} can not be read: {error.strerror}.") from error
        digest = hashlib.sha256(content).hexdigest()
        same = next((one for one in self.documents() if one.sha256 == digest), None)
        if same is not None:
            raise _there_already(name, same)
        found = convert(path, name)
        passages = passages_of(clean(found.text))
        if not passages:
            raise InputError(f"There are no words in {name}.")
        shown = re.sub(r"\s+", " ", clean(title or Path(name).stem.replace("_", " "))).strip()[:_LONGEST_TITLE] or "Document"
        document_id = f"{slug(shown)[:_LONGEST_ID].strip('-') or 'document'}-{digest[:6]}"
        draft = self.folder / f"{_DRAFT}{secrets.token_hex(4)}"
        document = Document(
            id=document_id, title=shown, source=clean(name), sha256=digest, size=len(content),
            added_at=datetime.now(UTC).isoformat(timespec="seconds"), added_by=by, pages=found.pages, passages=len(passages),
            hash=passages_hash(passages), folder=draft)
        try:
            self._sweep()
            draft.mkdir(parents=True)
            (draft / f"original{Path(name).suffix.lower()}").write_bytes(content)
            write_document(document, passages)
            draft.rename(self.folder / document_id)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            if (self.folder / document_id).is_dir():  # somebody else was quicker with the same file
                raise _there_already(name, read_document(self.folder / document_id)) from error
            raise SetupError(f"The library in {self.folder} can not be written: {error.strerror}.") from error
        return read_document(self.folder / document_id)

    def remove(self, document_id: str) -> None:
        """Take a document out of the library, a damaged one too.

        Raises:
            NotFoundError: there is none of that id.
        """
        if not _ID.fullmatch(document_id) or not (self.folder / document_id).is_dir():
            raise NotFoundError(f"There is no document {document_id[:_LONGEST_TITLE]!r} in the library.")
        gone = self.folder / f"{_DRAFT}{secrets.token_hex(4)}"
        try:
            (self.folder / document_id).rename(gone)
        except OSError as error:
            raise SetupError(f"The library in {self.folder} can not be written: {error.strerror}.") from error
        shutil.rmtree(gone, ignore_errors=True)

    def off(self) -> frozenset[str]:
        """Ids of the built-in cards that are switched off.

        Raises:
            SetupError: the list is damaged.
        """
        try:
            return frozenset(json.loads((self.folder / _OFF).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError, TypeError) as error:
            raise SetupError(f"{self.folder / _OFF} can not be read ({error}). Remove it; then all cards are on.") from error

    def switch(self, cards: Sequence[Card], card_id: str, *, on: bool) -> bool:
        """Switch a built-in card on or off; gives whether that changed anything.

        Raises:
            NotFoundError: there is no such card.
            InputError: it is the last that is on.
        """
        known = {card.id for card in cards}
        if card_id not in known:
            raise NotFoundError(f"There is no knowledge card {card_id!r}. There are: {', '.join(sorted(known))}.")
        try:
            with self._alone():
                off = self.off()
                wanted = off - {card_id} if on else off | {card_id}
                if wanted >= known:
                    raise InputError("One card at least must stay on.")
                if wanted == off:
                    return False
                draft = self.folder / f"{_DRAFT}{secrets.token_hex(4)}"
                draft.write_text(json.dumps(sorted(wanted)), encoding="utf-8")
                draft.replace(self.folder / _OFF)
                return True
        except OSError as error:
            raise SetupError(f"The library in {self.folder} can not be written: {error.strerror}.") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the list of cards that are off, so that of two changes at once neither is lost."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        """Remove what a crash left half made; what is young may be another process at work."""
        for left in self.folder.glob(f"{_DRAFT}*"):
            if time.time() - left.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _there_already(name: str, document: Document) -> ConflictError:
    return ConflictError(f"{name} is in the library already, as {document.id} ({document.title}).")
