"""How she hears a reply: what it asks for, whether it takes up her clue, whether it leaves her room. By meaning."""

from dataclasses import dataclass

import numpy as np

from coach.customer.lines import Deed
from coach.customer.scenario import Scenario
from coach.customer.state import Memory
from coach.domain import PLAIN, Behaviour, Observation, Speaker, Transcript
from coach.language.embeddings import Embedder, Vectors
from coach.language.kind import Kind, kind_of
from coach.language.text import Sentence, content_words, sentences, words

_ROOM = (Behaviour.INVITES_MORE, Behaviour.OPEN_QUESTION, Behaviour.FOLLOWS_CLUE, Behaviour.SETS_AGENDA_ASIDE,
         Behaviour.REFLECTS_FEELING, Behaviour.REFLECTS_CONTENT)
# A question and a statement that answers it lie further apart than two questions do.
_ANSWERS_FROM = 0.40
_MAY_COME_TWICE = 4
# Questions that leave it to her what to speak of.
_INVITATIONS = ("What else is on your mind?", "What is on your mind?", "What would you like to talk about?",
                "Is there anything else?", "What else?", "What would help you most today?",
                "What matters most to you right now?", "What is going on for you?")
_INVITES_FROM = 0.62
# Trust that a fact needs to count as guarded, and by how much nearer a question must come to ask for it.
_GUARDED = 0.65
_PLAINLY = 0.08
_TELLING_WORD = 4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Cosines from which a sentence counts; see `director.yaml`."""

    asked: float
    clue_met: float
    outside: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What she made of a reply.

    Attributes:
        kind: what sort of utterance it was.
        facts: ids of the facts it asks for, the best match first.
        outside: id of the outside topic it asks about, or empty; `outside_line` the place of the line that answers it best.
        clue_met: whether it takes up the clue her last line carried.
        room: whether it leaves her room to go on by herself.
        question: whether it asks anything at all.
        goes_on: whether it only asks her to go on with what she was saying.
        clarifies: whether it asks what she means by what she just said, and nothing else ("How so?").
        general: whether it asks for whatever is on her mind, and for nothing in particular.
        answer: a fact she has told and the place of the further line about it that answers what is asked, or None.
    """

    kind: Kind
    facts: tuple[str, ...] = ()
    outside: str = ""
    outside_line: int | None = None
    clue_met: bool = False
    room: bool = False
    question: bool = False
    goes_on: bool = False
    clarifies: bool = False
    general: bool = False
    answer: tuple[str, int] | None = None


class Ear:
    """Hears replies in one scenario; holds the vectors of all that can be asked there."""

    def __init__(self, scenario: Scenario, embedder: Embedder, thresholds: Thresholds) -> None:
        self._scenario = scenario
        self._embedder = embedder
        self._thresholds = thresholds
        self._facts = [(fact.id, embedder.embed(fact.asks)) for fact in scenario.facts]
        self._more = [(fact.id, embedder.embed(fact.more)) for fact in scenario.facts]
        self._invitations = embedder.embed(_INVITATIONS)
        self._outside = [(topic, embedder.embed(topic.asks), embedder.embed(topic.lines)) for topic in scenario.outside]

    def hear(self, reply: str, observations: tuple[Observation, ...], memory: Memory, history: Transcript) -> Heard:
        """What `reply`, which answers the last line of `history`, means to her."""
        kind = kind_of(reply)
        if kind is Kind.NORMAL and _said_before(reply, history):
            return Heard(Kind.REPEATED)
        last_line = history.last(Speaker.CUSTOMER)
        if kind not in (Kind.NORMAL, Kind.GOODBYE):
            return Heard(kind)
        parts = sentences(reply)
        vectors = self._embedder.embed([part.text for part in parts])
        asking = [i for i, part in enumerate(parts) if part.is_question or _requests(part)]
        shown = {seen.behaviour for seen in observations if seen.confidence >= PLAIN}
        facts = self._asked_for(vectors[asking]) if asking else ()
        outside, closeness, line = self._outside_topic(vectors, memory)
        if facts and closeness <= facts[0][1]:
            outside, line = "", None
        bare = bool(asking) and not content_words(reply)
        return Heard(
            kind=kind,
            facts=tuple(fact for fact, _ in facts),
            outside=outside,
            outside_line=line,
            clue_met=self._meets_clue(reply, parts, vectors, shown, memory, last_line, by_meaning=not outside),
            room=any(behaviour in shown for behaviour in _ROOM),
            question=any(part.is_question for part in parts),
            goes_on=Behaviour.INVITES_MORE in shown or bare,
            clarifies=bare and parts[-1].is_question and not facts,
            general=bool(asking) and not outside and float(np.max(self._invitations @ vectors[asking].T)) >= _INVITES_FROM,
            answer=self._answer_to(vectors[asking], memory) if asking else None,
        )

    def _answer_to(self, asking: Vectors, memory: Memory) -> tuple[str, int] | None:
        """The further line, about a fact already told, that comes nearest to what is asked; None where none comes near."""
        best, place = 0.0, None
        for fact, more in self._more:
            if fact not in memory.told:
                continue
            cosines = np.max(more @ asking.T, axis=1)
            i = int(np.argmax(cosines))
            if cosines[i] > best:
                best, place = float(cosines[i]), (fact, i)
        return place if best >= _ANSWERS_FROM else None

    def _asked_for(self, vectors: Vectors) -> list[tuple[str, float]]:
        best = [(fact, float(np.max(asks @ vectors.T))) for fact, asks in self._facts]
        return sorted(((f, c) for f, c in best if c >= self._needed(f)), key=lambda pair: -pair[1])

    def _needed(self, fact: str) -> float:
        """The cosine from which a question asks for `fact`; what she guards most must be asked for more plainly."""
        guarded = self._scenario.fact(fact).trust >= _GUARDED
        return self._thresholds.asked + (_PLAINLY if guarded else 0.0)

    def _outside_topic(self, vectors: Vectors, memory: Memory) -> tuple[str, float, int | None]:
        """The topic outside the story that the reply is about, how near it comes, and which unsaid line answers it best."""
        best, at, line = 0.0, "", None
        for topic, asks, lines in self._outside:
            left = [i for i in range(len(topic.lines)) if f"{Deed.ANSWER}/{topic.id}/{i}" not in memory.used]
            closeness = float(np.max(asks @ vectors.T))
            if left and closeness > best and set(topic.after) <= set(memory.told):
                near = np.max(lines @ vectors.T, axis=1)
                best, at, line = closeness, topic.id, max(left, key=lambda i: float(near[i]))
        return (at, best, line) if best >= self._thresholds.outside else ("", 0.0, None)

    def _meets_clue(self, reply: str, parts: tuple[Sentence, ...], vectors: Vectors, shown: set[str], memory: Memory,
                    last_line: str, *, by_meaning: bool) -> bool:
        """Whether the reply has words of the clue, or (`by_meaning`, unless it is about the weather) asks what it hints at."""
        if not memory.clue or Behaviour.FALSE_EMPATHY in shown:
            return False
        clue = self._scenario.clue(memory.clue)
        dropped = next((form.words for form in (*clue.forms, *self._scenario.opening) if form.words in last_line), "")
        asks = next(vectors_of for fact, vectors_of in self._facts if fact == clue.fact)
        common = set(content_words(reply)) & set(content_words(dropped))
        if len(common) > 1 or any(len(word) >= _TELLING_WORD for word in common):
            return True
        about_it = [i for i, part in enumerate(parts) if by_meaning and (part.is_question or _requests(part))]
        return bool(about_it) and float(np.max(asks @ vectors[about_it].T)) >= self._thresholds.clue_met


def _said_before(reply: str, history: Transcript) -> bool:
    """Whether the trainee has said just this before; short words ("go on") may come twice."""
    said = words(reply)
    return len(said) > _MAY_COME_TWICE and any(said == words(earlier) for earlier in history.said_by(Speaker.TRAINEE))


def _requests(part: Sentence) -> bool:
    """Whether a sentence asks without a question's form: "tell me about …", "I'd like to hear …"."""
    lowered = part.text.lower().replace("’", "'")
    return lowered.startswith(("talk me", "walk me", "help me", "say more")) or any(
        phrase in lowered for phrase in ("tell me", "like to hear", "like to know", "love to hear", "to understand", "wonder "))
