"""How she hears a reply: what it asks for, whether it takes up her clue, whether it leaves her room. By meaning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coach.customer.lines import Act, Deed, sentences_of
from coach.customer.scenario import Scenario
from coach.customer.state import Memory
from coach.customer.topics import Bounds, Topic, Topics
from coach.domain import PLAIN, Behaviour, Observation, Speaker, Transcript
from coach.language.embeddings import Embedder, Vectors
from coach.language.kind import Kind, kind_of
from coach.language.lexicon import lexicon
from coach.language.text import Sentence, content_words, sentences, words

_ROOM = (Behaviour.INVITES_MORE, Behaviour.OPEN_QUESTION, Behaviour.FOLLOWS_CLUE, Behaviour.SETS_AGENDA_ASIDE,
         Behaviour.REFLECTS_FEELING, Behaviour.REFLECTS_CONTENT)
_MAY_COME_TWICE = 4
# Questions that leave it to her what to speak of.
_INVITATIONS = ("What else is on your mind?", "What is on your mind?", "What would you like to talk about?",
                "Is there anything else?", "What else?", "What would help you most today?",
                "What matters most to you right now?", "What is going on for you?", "What worries you most about it?",
                "What is the hardest part of it?", "What have you not told anybody yet?", "What is really behind it?",
                "What should I know that I don't?", "What would I not see from outside?")
_INVITES_FROM = 0.62
# Questions for how she is herself: she takes a breath before she answers.
_ABOUT_HER = ("How are you?", "How are you doing with all this?", "How are you holding up?", "What is this like for you?",
              "How do you feel about it?", "What does this mean for you?")
_ABOUT_HER_FROM = 0.60
_TELLING_WORD = 4
# Adjectives: her lines take the word up as one.
_NAMED_FEELING = re.compile(
    r"\b(?:worried|afraid|scared|anxious|nervous|stressed|overwhelmed|exhausted|tired|drained|sad|upset|hurt|lonely|alone|lost|"
    r"angry|furious|frustrated|frustrating|annoyed|annoying|fed up|betrayed|humiliated|humiliating|ashamed|embarrassed|"
    r"embarrassing|guilty|shocked|stunned|numb|confused|unsettled|unsettling|uncertain|torn|helpless|proud|relieved|hopeful|"
    r"disappointed|disappointing|exhausting|lonely|heavy|painful|unfair|trapped|stuck|let down|invisible|responsible|cautious|"
    r"wary|suspicious|protective|restless|bitter|weary)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Cosines from which a sentence counts; see `director.yaml`."""

    bounds: Bounds
    clue_met: float
    want_met: float
    nearly: float
    loosely: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What she made of a reply.

    Attributes:
        kind: what sort of utterance it was.
        topics: what it asks for, as far as it can come up now, the nearest first.
        nearly: ids of facts that come near to what it asks, though not near enough to be asked for; the nearest first.
        detail: what of the matter she last spoke of comes nearest to the question, though it may not answer it; or None.
        clue_met: whether it takes up the clue her last line carried.
        room: whether it leaves her room to go on by herself.
        question: whether it asks anything at all.
        goes_on: whether it only asks her to go on with what she was saying.
        clarifies: whether it asks what she means by what she just said, and nothing else ("How so?").
        general: whether it asks for whatever is on her mind, and for nothing in particular.
        want_met: whether it goes into the want that her last line raised.
        feeling: the word by which it names a feeling, or empty; `jargon` its first word of jargon.
        about_her: whether it asks how she is herself.
    """

    kind: Kind
    topics: tuple[Topic, ...] = ()
    nearly: tuple[str, ...] = ()
    detail: Act | None = None
    clue_met: bool = False
    room: bool = False
    question: bool = False
    goes_on: bool = False
    clarifies: bool = False
    general: bool = False
    want_met: bool = False
    feeling: str = ""
    jargon: str = ""
    about_her: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the untold facts it asks for, the nearest first."""
        return tuple(dict.fromkeys(
            topic.act.about for topic in self.topics if topic.act.deed is Deed.TELL and not topic.indirect))

    @property
    def outside(self) -> str:
        """Id of the topic outside the story that it asks for before all else, or empty."""
        first = self.topics[0].act if self.topics else None
        return first.about if first is not None and first.deed is Deed.ANSWER else ""


class Ear:
    """Hears replies in one scenario; holds the vectors of all that can be asked there."""

    def __init__(self, scenario: Scenario, embedder: Embedder, thresholds: Thresholds) -> None:
        self._scenario = scenario
        self._embedder = embedder
        self._thresholds = thresholds
        self._topics = Topics(scenario, embedder, thresholds.bounds)
        self._invitations, self._about_her = embedder.embed(_INVITATIONS), embedder.embed(_ABOUT_HER)
        self._wants = {want.id: embedder.embed(want.about) for want in scenario.wants}

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
        said = sentences_of(*history.said_by(Speaker.CUSTOMER))
        # Small talk need not ask: "Awful weather."
        topics = tuple(topic for topic in self._topics.asked_for(
            vectors, {i: part.text for i, part in enumerate(parts)}, memory, said)
                       if topic.sentence in asking or topic.act.deed is Deed.ANSWER)
        outside = bool(topics) and topics[0].act.deed is Deed.ANSWER
        bare = bool(asking) and not content_words(reply)
        return Heard(
            kind=kind,
            topics=topics,
            detail=self._topics.nearest_detail(vectors[asking], memory, self._thresholds.loosely, said) if asking else None,
            nearly=self._topics.nearly(vectors[asking], self._thresholds.nearly) if asking else (),
            clue_met=self._meets_clue(reply, vectors[asking], shown, memory, last_line, by_meaning=not outside),
            room=any(behaviour in shown for behaviour in _ROOM),
            question=any(part.is_question for part in parts),
            goes_on=Behaviour.INVITES_MORE in shown or bare,
            clarifies=bare and parts[-1].is_question and not topics,
            general=not outside and _nearest(self._invitations, vectors[asking]) >= _INVITES_FROM,
            want_met=self._meets_want(reply, vectors, memory, last_line),
            feeling=_first(_NAMED_FEELING, reply), jargon=_first(lexicon("jargon"), reply),
            about_her=_nearest(self._about_her, vectors[asking]) >= _ABOUT_HER_FROM,
        )

    def _meets_want(self, reply: str, vectors: Vectors, memory: Memory, last_line: str) -> bool:
        """Whether the reply comes near to what somebody might say to the want, or takes up the words of it."""
        if not memory.want:
            return False
        lines = self._scenario.want(memory.want).lines
        asked = next((line for line in lines if line in last_line), "") or _spent(memory, f"{Deed.WANT}/{memory.want}", lines)
        common = set(content_words(reply)) & set(content_words(asked))
        near = _nearest(self._wants[memory.want], vectors)
        return near >= self._thresholds.want_met or any(len(word) > _TELLING_WORD for word in common)

    def _meets_clue(self, reply: str, asking: Vectors, shown: set[str], memory: Memory, last_line: str, *,
                    by_meaning: bool) -> bool:
        """Whether the reply has words of the clue, or (`by_meaning`, unless it is about the weather) asks what it hints at."""
        if not memory.clue or Behaviour.FALSE_EMPATHY in shown:
            return False
        clue = self._scenario.clue(memory.clue)
        dropped = next((form.words for form in (*clue.forms, *self._scenario.opening) if form.words in last_line), "")
        dropped = dropped or _spent(memory, f"{Deed.CLUE}/{clue.id}", tuple(form.words for form in clue.forms))
        common = set(content_words(reply)) & set(content_words(dropped))
        if len(common) > 1 or any(len(word) >= _TELLING_WORD for word in common):
            return True
        return by_meaning and self._topics.closeness(clue.fact, asking) >= self._thresholds.clue_met


def _spent(memory: Memory, pool: str, texts: Sequence[str]) -> str:
    """The text of `pool` that was spent last: what a language model said in other words."""
    places = [key.rsplit("/", 1)[1] for key in memory.used if key.rsplit("/", 1)[0] == pool]
    return texts[int(places[-1])] if places else ""


def _nearest(known: Vectors, vectors: Vectors) -> float:
    """The highest cosine between any of both; -1 where there is none."""
    return float(np.max(known @ vectors.T)) if len(vectors) else -1.0


def _first(pattern: re.Pattern[str], reply: str) -> str:
    found = pattern.search(reply)
    return found[0].lower() if found else ""


def _said_before(reply: str, history: Transcript) -> bool:
    """Whether the trainee has said just this before; short words ("go on") may come twice."""
    said = words(reply)
    return len(said) > _MAY_COME_TWICE and any(said == words(earlier) for earlier in history.said_by(Speaker.TRAINEE))


def _requests(part: Sentence) -> bool:
    """Whether a sentence asks without a question's form: "tell me about …", "I'd like to hear …"."""
    lowered = part.text.lower().replace("’", "'")
    return lowered.startswith(("talk me", "walk me", "help me", "say more")) or any(
        phrase in lowered for phrase in ("tell me", "like to hear", "like to know", "love to hear", "to understand", "wonder "))
