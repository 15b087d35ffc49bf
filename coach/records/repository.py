"""The door to the records: begin a meeting, append to it, end it, read it, list, delete."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.orm import Session, selectinload

from coach.domain import Ending, Exchange, LookBack, Meeting, ModelCall, Spent, Tip, Usage, UsageBy
from coach.errors import ConflictError, InputError, NotFoundError, StorageError
from coach.records.calls import keep, spent, usage
from coach.records.convert import exchange_to_row, look_back_to_json, meeting_from_row, meeting_to_row, tip_to_json
from coach.records.engine import BUSY_SECONDS, file_of, for_reading, for_writing, open_database, place_of
from coach.records.faults import READING, Cause, Task, told_plainly
from coach.records.listing import MeetingSummary, summaries
from coach.records.models import CardReadRow, ExchangeRow, MeetingRow, NoticeSeenRow, ScoreRow

_UNSURE = "reload to see what was kept"
_BEGIN = Task("the meeting was not begun", "begin it again", _UNSURE)
_REPLY = Task("nothing was saved of this reply", "send it again", _UNSURE)
_END = Task("the meeting was not ended", "end it again", _UNSURE)
_DELETE = Task("nothing was deleted", "delete it again", _UNSURE)
_MARK = Task("the card was not marked", "mark it again", _UNSURE)
_TIP = Task("the tip was kept as it was", "go on")
_LOOK_BACK = Task("the look back was not kept", "open the debrief again")
_COUNT = Task("what the language model took was not kept", "it is tried again with the next call")
_NOTICE = Task("it was not kept that you have read this", "say so again", _UNSURE)
_PROBE = Task("no reply can be saved", "try again")


def open_repository(url: str, *, busy_seconds: float = BUSY_SECONDS) -> "Repository":
    """Open the records at `url`, a SQLAlchemy address; the SQLite file and its tables are made where missing.

    Args:
        url: for example `sqlite:////home/me/coach.db`; `sqlite://` keeps the records in memory only.
        busy_seconds: how long a call waits for another writer.

    Raises:
        SetupError: the address can not be used, or the driver for it is not installed.
        StorageError: the records can not be opened.
    """
    return Repository(open_database(url, busy_seconds=busy_seconds))


class Repository:
    """The records. Safe to share between threads; each method is one transaction.

    Every method raises StorageError where the database or the disk fails; then it changed nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = for_reading(engine)
        self._writer = for_writing(engine)
        self._place = place_of(engine.url)

    def begin(self, meeting: Meeting) -> None:
        """Keep a new meeting, with the exchanges it has: the customer's opening, or all of them for one brought in.

        Raises:
            InputError: the exchanges are not numbered 0, 1, 2 …, or a text can not be stored.
            ConflictError: a meeting with this id is kept already.
        """
        if [exchange.number for exchange in meeting.exchanges] != list(range(len(meeting.exchanges))):
            raise InputError(f"The exchanges of meeting {meeting.id} are not numbered from 0 without a gap.")
        with self._transaction(self._writer, _BEGIN) as session:
            session.add(meeting_to_row(meeting))

    def append(self, meeting_id: str, exchange: Exchange, *, ended_at: datetime | None = None) -> None:
        """Keep the next exchange of a meeting, and that it ended where the exchange or `ended_at` says so.

        Args:
            meeting_id: the meeting.
            exchange: its number must follow the newest one kept.
            ended_at: when the meeting ended, if it ends here; where only the move says so, the exchange's own time.

        Raises:
            NotFoundError: there is no such meeting.
            ConflictError: the meeting has moved on or has ended.
            InputError: a text can not be stored.
        """
        with self._transaction(self._writer, _REPLY) as session:
            meeting = _hold(session, meeting_id)
            if meeting.ended_at is not None:
                raise ConflictError("This meeting has ended, so the reply was not added; reload to see how it ended.")
            newest = session.scalar(select(func.max(ExchangeRow.number)).where(ExchangeRow.meeting_id == meeting_id))
            if exchange.number != (0 if newest is None else newest + 1):
                raise ConflictError(
                    "This meeting has moved on, in another tab or by a second click, so the reply was not added; "
                    "reload to see where it stands."
                )
            row = exchange_to_row(exchange, scenario_hash=meeting.scenario_hash, seed=meeting.seed)
            row.meeting_id = meeting_id
            session.add(row)
            if exchange.move.ending is not None or ended_at is not None:
                _close(meeting, exchange.move.ending, ended_at or exchange.at)

    def end(self, meeting_id: str, ending: Ending | None, at: datetime) -> None:
        """Keep that a meeting ended. One that has ended already stays as it is.

        Raises:
            NotFoundError: there is no such meeting.
        """
        with self._transaction(self._writer, _END) as session:
            meeting = _hold(session, meeting_id)
            if meeting.ended_at is None:
                _close(meeting, ending, at)

    def keep_tip(self, meeting_id: str, number: int, tip: Tip) -> None:
        """Keep the tip of an exchange in other words.

        Raises:
            NotFoundError: there is no such meeting.
        """
        with self._transaction(self._writer, _TIP) as session:
            _hold(session, meeting_id)
            session.execute(update(ExchangeRow).where(
                ExchangeRow.meeting_id == meeting_id, ExchangeRow.number == number).values(tip=tip_to_json(tip)))

    def keep_look_back(self, meeting_id: str, look_back: LookBack) -> None:
        """Keep what a language model said of a meeting; one that is kept already stays.

        Raises:
            NotFoundError: there is no such meeting.
        """
        with self._transaction(self._writer, _LOOK_BACK) as session:
            meeting = _hold(session, meeting_id)
            if meeting.look_back is None:
                meeting.look_back = look_back_to_json(look_back)

    def get(self, meeting_id: str) -> Meeting:
        """The meeting with all its exchanges, as of one moment.

        Raises:
            NotFoundError: there is no such meeting.
        """
        exchanges = selectinload(MeetingRow.exchanges)
        whole = exchanges.selectinload(ExchangeRow.score).selectinload(ScoreRow.observations)
        with self._reading() as session:
            row = session.get(MeetingRow, meeting_id, options=[whole])
            if row is None:
                raise _not_found(meeting_id)
            return meeting_from_row(row)

    def list(
        self, trainee: str | None = None, unfinished: bool | None = None, limit: int = 50, offset: int = 0
    ) -> tuple[MeetingSummary, ...]:
        """One page of the meetings, newest first.

        Args:
            trainee: only this trainee's; None for everybody's.
            unfinished: True for those that go on, False for those that ended, None for both.
            limit: how many at most, from 1.
            offset: how many newer ones to pass over.

        Raises:
            InputError: `limit` or `offset` is out of range.
        """
        if limit < 1 or offset < 0:
            raise InputError(f"A page of meetings needs a limit from 1 and an offset from 0, not {limit} and {offset}.")
        with self._reading() as session:
            return summaries(session, trainee, unfinished, limit, offset)

    def delete(self, meeting_id: str) -> None:
        """Delete a meeting with all that belongs to it.

        Raises:
            NotFoundError: there is no such meeting.
        """
        with self._transaction(self._writer, _DELETE) as session:
            _hold(session, meeting_id)
            session.execute(delete(MeetingRow).where(MeetingRow.id == meeting_id))

    def cards_read(self, trainee: str) -> frozenset[str]:
        """Ids of the cards that `trainee` has marked as read."""
        with self._reading() as session:
            return frozenset(session.scalars(select(CardReadRow.card_id).where(CardReadRow.trainee == trainee)))

    def mark_card(self, trainee: str, card_id: str, at: datetime | None) -> None:
        """Mark a card as read at a moment, or (None) as not read; what is marked already stays as it is."""
        with self._transaction(self._writer, _MARK) as session:
            kept = session.get(CardReadRow, (trainee, card_id))
            if at is None and kept is not None:
                session.delete(kept)
            elif at is not None and kept is None:
                session.add(CardReadRow(trainee=trainee, card_id=card_id, at=at))

    def keep_calls(self, calls: Sequence[ModelCall], meeting_id: str, number: int | None) -> None:
        """Keep what calls to a language model took, made for a meeting's reply `number` or for neither."""
        with self._transaction(self._writer, _COUNT) as session:
            keep(session, calls, meeting_id, number)

    def spent(self, meeting_id: str, since: datetime | None) -> Spent:
        """What the calls of one meeting (of all, where it is empty) have taken since a moment."""
        with self._reading() as session:
            return spent(session, meeting_id, since)

    def usage(self, by: UsageBy, *, meeting_id: str = "", since: datetime | None = None) -> tuple[Usage, ...]:
        """What calls have taken, summed up; of one meeting, or of all."""
        with self._reading() as session:
            return usage(session, by, meeting_id, since)

    def notices_seen(self, trainee: str) -> frozenset[str]:
        """The notices that `trainee` has read."""
        with self._reading() as session:
            return frozenset(session.scalars(select(NoticeSeenRow.notice).where(NoticeSeenRow.trainee == trainee)))

    def mark_notice(self, trainee: str, notice: str, at: datetime) -> None:
        """Keep that `trainee` has read `notice`; what is kept already stays as it is."""
        with self._transaction(self._writer, _NOTICE) as session:
            if session.get(NoticeSeenRow, (trainee, notice)) is None:
                session.add(NoticeSeenRow(trainee=trainee, notice=notice, at=at))

    def health(self) -> None:
        """Check that the records are there and can be written to; changes nothing.

        Raises:
            StorageError: they are not.
        """
        file = file_of(self._engine.url)
        if file is not None and not file.exists():
            # An open connection would go on writing to the deleted file, and nobody would ever see it again.
            raise StorageError(Cause.NO_TABLES.format(place=self._place, loss=_PROBE.loss, remedy=_PROBE.remedy))
        with self._transaction(self._writer, _PROBE) as session:
            # Only a write shows that one can write: SQLite lets even a writer begin on a read-only file.
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
            session.rollback()

    def close(self) -> None:
        """Let go of the connections; a later call would open new ones."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine, task: Task) -> Iterator[Session]:
        """A session whose work is committed at the end of the block, or undone if anything is raised."""
        with told_plainly(self._place, task), Session(engine) as session, session.begin():
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        """A session to read with; what it finds and does not understand is a fault of the records too."""
        with self._transaction(self._reader, READING) as session:
            try:
                yield session
            except UnicodeEncodeError:
                raise  # of what was asked for, not of what was found
            except (KeyError, TypeError, ValueError) as error:
                raise StorageError(
                    f"The records at {self._place} hold something that this version of coach does not understand; they "
                    "were damaged or written by a later version, update coach or put a backup in their place."
                ) from error


def _hold(session: Session, meeting_id: str) -> MeetingRow:
    """The meeting, kept from other writers until the transaction ends (SQLite keeps them out as it is)."""
    row = session.get(MeetingRow, meeting_id, with_for_update=True)
    if row is None:
        raise _not_found(meeting_id)
    return row


def _close(meeting: MeetingRow, ending: Ending | None, at: datetime) -> None:
    meeting.ended_at = at
    meeting.ending = None if ending is None else ending.value


def _not_found(meeting_id: str) -> NotFoundError:
    return NotFoundError(f"There is no meeting with the id “{meeting_id}” in the records; it may have been deleted.")

