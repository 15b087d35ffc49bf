"""The use case: one turn = observe, move, answer, coach, keep. Kept before it is shown, and safe to repeat."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from random import Random, SystemRandom
from uuid import uuid4

from coach.coaching.debrief import Debrief, clue_words, debrief
from coach.coaching.tips import Situation, Tips
from coach.customer.director import decide, opening, parting
from coach.customer.listening import Ear
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario, get_scenario, scenario_hash
from coach.customer.state import Memory
from coach.customer.voice import Voice
from coach.domain import Exchange, Meeting, Move, Speaker, Transcript, Turn
from coach.errors import ConflictError, InputError, NotFoundError
from coach.language.embeddings import Embedder
from coach.language.text import clean
from coach.records import MeetingSummary, Repository
from coach.scoring.coverage import Coverage
from coach.scoring.events import in_order
from coach.scoring.observer import Observer
from coach.scoring.rubric import Rubric

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


@dataclass
class Practice:
    """Meetings, from the first line to the debrief. The only way in which one is begun, moved on or ended."""

    records: Repository
    observer: Observer
    voice: Voice
    embedder: Embedder
    tips: Tips
    rubric: Rubric
    rules: Rules
    engine: str
    fixed_seed: int | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _ears: dict[str, Ear] = field(default_factory=dict)

    def begin(self, scenario_id: str, trainee: str, seed: int | None = None) -> Meeting:
        """A new meeting, with the customer's opening line already kept.

        Args:
            seed: with the scenario and the replies it fixes the whole meeting; None: the settings' seed, else drawn.

        Raises:
            NotFoundError: no such scenario.
            StorageError: it could not be kept.
        """
        scenario = get_scenario(scenario_id)
        for chosen in (seed, self.fixed_seed):
            if chosen is not None:
                seed = chosen
                break
        else:
            seed = SystemRandom().randint(0, _MAX_SEED)
        first = Random(f"{seed}/0").randrange(len(scenario.opening))  # noqa: S311 - repeatable on purpose, not a secret
        memory = opening(scenario, self.rules).spend((f"opening/{first}",))
        now = self.now()
        exchange = Exchange(
            number=0, reply="", line=scenario.opening[first].line, state=memory.state,
            move=Move(kind="open", mood=self.rules.mood(memory.state).value, facts=(scenario.opening_fact,),
                      clue_dropped=scenario.opening_clue),
            memory=memory.to_json(), voice="embedded", at=now)
        meeting = Meeting(id=uuid4().hex[:12], scenario_id=scenario_id, scenario_hash=scenario_hash(scenario_id), seed=seed,
                          trainee=trainee, engine=self.engine, started_at=now, exchanges=(exchange,))
        self.records.begin(meeting)
        return meeting

    def reply(self, meeting_id: str, trainee: str, number: int, raw: str) -> Exchange:
        """Say `raw` as reply `number` and get the customer's answer, kept before it is returned.

        Sending the same reply under the same number again gives the exchange that is kept: a second click does no harm.

        Raises:
            InputError: the reply is empty or too long.
            ConflictError: the meeting is over, or has moved on elsewhere.
            NotFoundError: this trainee has no such meeting.
            StorageError: it could not be kept; nothing has changed.
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
        exchange = self._exchange(meeting, number, text)
        try:
            self.records.append(meeting.id, exchange)
        except ConflictError:
            # Somebody was quicker while she thought about it: most likely the other click of a double click.
            newest = self.get(meeting_id, trainee)
            if number >= len(newest.exchanges):
                raise
            return _kept(newest, number, text)
        return exchange

    def end(self, meeting_id: str, trainee: str) -> Meeting:
        """End the meeting from the trainee's side; one that is over already stays as it is."""
        meeting = self.get(meeting_id, trainee)
        if meeting.ended_at is None:
            memory = Memory.from_json(meeting.exchanges[-1].memory)
            ending = parting(get_scenario(meeting.scenario_id), self.rules, memory.state, memory.told)
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
        return debrief(meeting, get_scenario(meeting.scenario_id), self.rubric, self._coverage)

    @cached_property
    def _coverage(self) -> Coverage:
        return Coverage(self.embedder)

    def _exchange(self, meeting: Meeting, number: int, text: str) -> Exchange:
        scenario = get_scenario(meeting.scenario_id)
        if meeting.scenario_hash != scenario_hash(meeting.scenario_id):
            raise ConflictError("The scenario has been changed since this meeting began, so it can not go on. It can still be "
                                "read; begin a new one to practise on.")
        history = meeting.transcript
        last_line = history.last(Speaker.CUSTOMER)
        memory = Memory.from_json(meeting.exchanges[-1].memory)
        score = in_order([e.score for e in meeting.scored if e.score], self.observer.score(history, text))
        heard = self._ear(scenario).hear(text, score.observations, memory, history)
        # Two streams of chance, so that the words chosen do not sway what is decided.
        decision = decide(scenario, self.rules, memory, score.observations, heard, _chance(meeting.seed, number, "move"))
        spoken_to = Transcript((*history.turns, Turn(Speaker.TRAINEE, text)))
        *_, spoken = self.voice.speak(scenario, decision, spoken_to, _chance(meeting.seed, number, "words"))
        # A tip may only say that her hint was taken up, or passed over, where it was the hint and nothing else.
        hinted = heard.clue_met or bool(decision.move.clue_missed)
        clue = clue_words(meeting, scenario, memory.clue) if memory.clue and hinted else ""
        tip = self.tips.tip(Situation(last_line, score, scenario.client.first_name, clue),
                            [e.tip.text for e in meeting.exchanges if e.tip])
        return Exchange(
            number=number, reply=text, line=spoken.text, state=decision.memory.state, move=decision.move,
            memory=decision.memory.spend(spoken.used).to_json(), voice=spoken.engine, at=self.now(), score=score, tip=tip)

    def _ear(self, scenario: Scenario) -> Ear:
        if scenario.id not in self._ears:
            self._ears[scenario.id] = Ear(scenario, self.embedder, self.rules.thresholds)
        return self._ears[scenario.id]


def _kept(meeting: Meeting, number: int, text: str) -> Exchange:
    """The exchange that is kept under `number`, if it was for this same reply."""
    kept = meeting.exchanges[number]
    if kept.reply != text:
        raise ConflictError("This meeting has moved on in another window. It has been brought up to date here; your text is "
                            "still in the box.")
    return kept


def _chance(seed: int, number: int, what: str) -> Random:
    return Random(f"{seed}/{number}/{what}")  # noqa: S311 - repeatable on purpose, not a secret


