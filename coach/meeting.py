"""The use case: one turn = observe, move, answer, coach, keep. Kept before it is given back, and safe to repeat."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import zip_longest
from random import SystemRandom
from threading import Event
from uuid import uuid4

from coach.coaching.debrief import Debrief, debrief
from coach.coaching.look_back import LookingBack
from coach.coaching.tips import Tips
from coach.coaching.wording import Wording
from coach.customer.director import parting
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.state import Memory
from coach.domain import Exchange, Level, Meeting
from coach.encounter import Encounter, OnLine, unheard
from coach.errors import ConflictError, InputError, NotFoundError
from coach.language.text import clean
from coach.llm.ledger import Ledger
from coach.records import MeetingSummary, Repository
from coach.scoring.coverage import Coverage
from coach.scoring.rubric import Rubric
from coach.turns import Turns

# The one trainee of a coach that runs for its owner alone, without login.
LOCAL_TRAINEE = "local"
MAX_REPLY = 4000
_MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CleanReply:
    """A reply as it is kept, and a sentence for the trainee where something had to be left out of it."""

    text: str
    notice: str


def check_reply(raw: str) -> CleanReply:
    """`raw` made fit to be kept and shown.

    Raises:
        InputError: it is empty or too long; the message says what to do.
    """
    text = clean(raw)
    if all(unicodedata.category(c)[0] in "CZ" for c in text):  # spaces, and what can not be seen at all
        raise InputError("There is nothing to send yet. Write what you would say, or “…” to stay silent.")
    if len(text) > MAX_REPLY:
        raise InputError(f"That is {len(text):,} characters; a reply may have {MAX_REPLY:,}. Nobody could listen to that "
                         "long: say the part that matters most. Your text is still in the box.")
    kept = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n").strip())
    return CleanReply(text, "" if text == kept else "Some characters could not be shown and were left out.")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A branch beside the meeting that it left."""

    first: Meeting
    second: Meeting

    @property
    def rows(self) -> tuple[tuple[Exchange | None, Exchange | None], ...]:
        """The exchanges of both after the one they share last, side by side; None where one is over."""
        at = self.second.branch_at + 1
        return tuple(zip_longest(self.first.exchanges[at:], self.second.exchanges[at:]))


@dataclass
class Practice:
    """Meetings, from the first line to the debrief. The only way in which one is begun, moved on or ended."""

    records: Repository
    encounter: Encounter
    tips: Tips
    rubric: Rubric
    engine: str
    ledger: Ledger
    wording: Wording | None = None
    looking_back: LookingBack | None = None
    fixed_seed: int | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def scenarios(self) -> Scenarios:
        """The scenarios that can be practised."""
        return self.encounter.scenarios

    def draw_seed(self) -> int:
        """The settings' seed, else one by chance."""
        return SystemRandom().randint(0, _MAX_SEED) if self.fixed_seed is None else self.fixed_seed

    def begin(self, scenario_id: str, trainee: str, seed: int | None = None, level: Level = Level.MEDIUM) -> Meeting:
        """A new meeting, with the customer's opening line already kept.

        Args:
            seed: with the scenario, the level and the replies it fixes the whole meeting, whom one meets included; None: drawn.
            level: how hard the customer makes it.

        Raises:
            NotFoundError: no such scenario.
            StorageError: it could not be kept.
        """
        seed = self.draw_seed() if seed is None else seed
        person = self.scenarios.script(scenario_id).drawn(seed)
        seat = self.encounter.seat(scenario_id, person.id, level, seed)
        start = self.encounter.start(seat)
        now = self.now()
        exchange = Exchange(number=0, reply="", line=start.line, state=start.memory.state, move=start.move,
                            memory=start.memory.to_json(), voice="embedded", at=now)
        meeting = Meeting(id=uuid4().hex[:12], scenario_id=scenario_id, scenario_hash=self.scenarios.hash(scenario_id),
                          seed=seed, trainee=trainee, engine=self.engine, started_at=now, exchanges=(exchange,), level=level,
                          person=person.id)
        self.records.begin(meeting)
        self.encounter.prepare(seat)
        return meeting

    def reply(self, meeting_id: str, trainee: str, number: int, raw: str, on_line: OnLine = unheard,
              gone: Event | None = None) -> Exchange:
        """Say `raw` as reply `number` and get the customer's answer, kept before it is returned.

        Sending the same reply under the same number again gives the exchange that is kept: a second click does no harm.

        Args:
            on_line: is given her line as it grows, each time the whole of what has passed its checks so far.
            gone: set when the trainee has left; a language model that still speaks is then stopped, and nothing is kept.

        Raises:
            InputError: the reply is empty or too long.
            ConflictError: the meeting is over, or has moved on elsewhere.
            NotFoundError: this trainee has no such meeting.
            StorageError: it could not be kept; nothing has changed.
            ModelError: the language model failed, where the settings let the reply be sent again then.
            GoneError: see `gone`.
        """
        text = check_reply(raw).text
        meeting = self.get(meeting_id, trainee)
        if number < 1:
            raise InputError(f"There is no reply {number}. Replies are numbered from 1.")
        if number < len(meeting.exchanges):
            return _kept(meeting, number, text)
        if meeting.ended_at is not None:
            raise ConflictError("This meeting is over. Its debrief is there to read; begin a new one to practise on.")
        if number != len(meeting.exchanges):
            raise ConflictError(f"Reply {number} can not be said yet: the meeting is at reply {len(meeting.exchanges)}.")
        self._unchanged(meeting)
        with self.ledger.work(meeting.id, number, gone):
            exchange = Turns(self.encounter, self.tips).take(meeting, text, on_line, self.now())
        try:
            self.records.append(meeting.id, exchange)
        except ConflictError:
            # Somebody was quicker while she thought about it: most likely the other click of a double click.
            newest = self.get(meeting_id, trainee)
            if number >= len(newest.exchanges):
                raise
            return _kept(newest, number, text)
        return exchange

    def branch(self, meeting_id: str, trainee: str, number: int) -> Meeting:
        """A new meeting that is the old one up to its exchange `number`, with the same state and seed, and goes on from there.

        Raises:
            NotFoundError: this trainee has no such meeting, or it has no exchange `number`.
            ConflictError: the scenario has been changed since.
            StorageError: it could not be kept.
        """
        whole = self.get(meeting_id, trainee)
        if not 0 <= number < len(whole.exchanges):
            raise NotFoundError(f"The meeting has no reply {number + 1} to go back to; it has {len(whole.exchanges) - 1}.")
        self._unchanged(whole)
        meeting = replace(
            whole, id=uuid4().hex[:12], started_at=self.now(), ended_at=None, ending=None, engine=self.engine,
            exchanges=whole.exchanges[: number + 1], branch_of=whole.id, branch_at=number, look_back=None)
        if meeting.exchanges[-1].move.ending is not None:
            raise ConflictError("That reply ended the meeting. Go back to one before it.")
        self.records.begin(meeting)
        return meeting

    def compare(self, branch: Meeting) -> "Comparison | None":
        """What became of a branch beside the meeting that it left; None where it is no branch, or that one is gone."""
        if not branch.branch_of:
            return None
        try:
            return Comparison(self.get(branch.branch_of, branch.trainee), branch)
        except NotFoundError:
            return None

    def scenario(self, meeting: Meeting) -> Scenario:
        """The scenario as the person of this meeting lives it.

        Raises:
            NotFoundError: it is no longer there.
        """
        return self.scenarios.cast(meeting.scenario_id, meeting.person)

    def end(self, meeting_id: str, trainee: str) -> Meeting:
        """End the meeting from the trainee's side; one that is over already stays as it is."""
        meeting = self.get(meeting_id, trainee)
        if meeting.ended_at is None:
            memory = Memory.from_json(meeting.exchanges[-1].memory)
            ending = parting(self.scenario(meeting), self._rules(meeting), memory.state, memory.told)
            self.records.end(meeting_id, ending, self.now())
        return self.get(meeting_id, trainee)

    def get(self, meeting_id: str, trainee: str) -> Meeting:
        """The trainee's meeting.

        Raises:
            NotFoundError: there is none, or it is somebody else's, which is not told apart.
        """
        told = f"There is no meeting {meeting_id!r}. The list of meetings shows those there are."
        try:
            meeting = self.records.get(meeting_id)
        except NotFoundError as error:
            raise NotFoundError(told) from error
        if meeting.trainee != trainee:
            raise NotFoundError(told)
        return meeting

    def meetings(self, trainee: str, *, unfinished: bool | None = None, limit: int = 50) -> tuple[MeetingSummary, ...]:
        """The trainee's meetings, newest first."""
        return self.records.list(trainee=trainee, unfinished=unfinished, limit=limit)

    def debrief(self, meeting: Meeting) -> Debrief:
        """The debrief of `meeting` as far as it has come."""
        return debrief(meeting, self.scenario(meeting), self._rules(meeting), self.rubric, self._coverage)

    def fit_tip(self, meeting_id: str, trainee: str, gone: Event | None = None) -> Meeting:
        """The meeting with its newest tip in the words of the moment, by a language model; kept, and as it is where that fails.

        After the turn, since it goes by her answer, and nobody should wait for that answer the longer.

        Raises:
            NotFoundError: this trainee has no such meeting.
            StorageError: it could not be kept.
        """
        meeting = self.get(meeting_id, trainee)
        newest = meeting.exchanges[-1]
        if self.wording is None or newest.tip is None or newest.tip.worded_by or meeting.ended_at is not None:
            return meeting
        with self.ledger.work(meeting.id, newest.number, gone):
            tip = self.wording.worded(newest.tip, meeting.transcript, self.scenario(meeting).client.first_name)
        if tip != newest.tip:
            self.records.keep_tip(meeting.id, newest.number, tip)
        # As it is by now: the next reply may have been kept meanwhile.
        return self.get(meeting_id, trainee)

    def look_back(self, meeting: Meeting, gone: Event | None = None) -> Meeting:
        """A finished meeting with a language model's look back, kept; as it is where no model is at work or it has one.

        Raises:
            ModelError: the model failed, or said what can not be traced.
            StorageError: it could not be kept.
        """
        if self.looking_back is None or meeting.look_back is not None or meeting.ended_at is None or not meeting.scored:
            return meeting
        first_name = self.scenario(meeting).client.first_name
        with self.ledger.work(meeting.id, gone=gone):
            made = self.looking_back.on(meeting, self.debrief(meeting), first_name, self.rubric.label)
        self.records.keep_look_back(meeting.id, made)
        # Somebody may have been quicker, in another window: the one that is kept is shown in both.
        return self.get(meeting.id, meeting.trainee)

    def _rules(self, meeting: Meeting) -> Rules:
        return self.encounter.rules.at(meeting.level, self.scenario(meeting).client.temperament)

    def _unchanged(self, meeting: Meeting) -> None:
        if meeting.scenario_hash != self.scenarios.hash(meeting.scenario_id):
            raise ConflictError("The scenario has been changed since this meeting began, so it can not go on. It can still be "
                                "read; begin a new one to practise on.")

    @cached_property
    def _coverage(self) -> Coverage:
        return Coverage(self.encounter.embedder)


def _kept(meeting: Meeting, number: int, text: str) -> Exchange:
    """The exchange that is kept under `number`, if it was for this same reply."""
    kept = meeting.exchanges[number]
    if kept.reply != text:
        raise ConflictError("This meeting has moved on in another window. It has been brought up to date here; your text is "
                            "still in the box.")
    return kept
