"""What can be asked in a scenario, and how near a question comes to each: facts, details of what was told, topics outside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coach.customer.lines import Act, Deed, sentences_of
from coach.customer.scenario import Scenario
from coach.customer.state import Memory
from coach.language.embeddings import Embedder, Vectors
from coach.language.questions import DEFINITE, Aim, aim_of
from coach.language.text import content_words

# Trust that a fact needs to count as guarded, and by how much nearer a question must come to ask for it.
_GUARDED = 0.65
_PLAINLY = 0.08
# A question is most likely about what she has just spoken of: by so much nearer it is taken to be.
_SUBJECT = 0.18
# So much nearer comes a question for each word that it shares with few of the answers ("the mittens"), up to twice.
_TELLING = 0.07
_TELLING_WORDS = 2
_FEW = 6
# A question for a person, a time, a number… comes so much nearer to an answer that is asked for so, and stays so much further
# from one that never is. These and `_SUBJECT` were set on 403 questions with the answers that fit them
# (evals/labels/questions.jsonl, `coach evals questions`): 53% got the answer that was asked for before, 57% since.
_SAME_AIM = 0.05
_OTHER_AIM = 0.10


@dataclass(frozen=True, slots=True)
class Bounds:
    """Cosines from which a question asks for a fact, for a detail of one that was told, or for something outside the story."""

    fact: float
    detail: float
    outside: float


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a sentence asks for: what she would do to answer it, and by how much it comes nearer than it must.

    Attributes:
        sentence: the place of the sentence in the reply.
        indirect: whether a fact is asked for by a question about a detail of it: she may tell it, but withholds nothing.
    """

    act: Act
    margin: float
    sentence: int
    indirect: bool = False


class Topics:
    """All that can be asked in one scenario; holds the vectors."""

    def __init__(self, scenario: Scenario, embedder: Embedder, bounds: Bounds) -> None:
        self._scenario = scenario
        self._bounds = bounds
        owners: list[Act] = []
        asks: list[str] = []
        for fact in scenario.facts:
            self._collect(owners, asks, Act(Deed.TELL, fact.id), fact.asks)
            for i, detail in enumerate(fact.more):
                self._collect(owners, asks, Act(Deed.MORE, fact.id, i), detail.asks)
        for topic in scenario.outside:
            self._collect(owners, asks, Act(Deed.ANSWER, topic.id), topic.asks)
        self._acts = list(dict.fromkeys(owners))
        self._stems = self._telling_words(scenario)
        place = {act: i for i, act in enumerate(self._acts)}
        self._owner = np.array([place[owner] for owner in owners])
        self._asks = embedder.embed(asks)
        self._aims: dict[Act, set[Aim]] = {act: set() for act in self._acts}
        for owner, ask in zip(owners, asks, strict=True):
            self._aims[owner].add(aim_of(ask))
        self._lines = {topic.id: embedder.embed(topic.lines) for topic in scenario.outside}
        self._sentences = {(Act(Deed.ANSWER, topic.id), i): sentences_of(line)
                           for topic in scenario.outside for i, line in enumerate(topic.lines)}
        self._sentences |= {(Act(Deed.MORE, fact.id, i), i): sentences_of(detail.line)
                            for fact in scenario.facts for i, detail in enumerate(fact.more)}
        self._after = {topic.id: set(topic.after) for topic in scenario.outside}

    def _told_stems(self, act: Act, memory: Memory) -> set[str]:
        """The telling words of a detail of what she last spoke of; elsewhere the same word is likely to mean something else."""
        return self._stems.get(act, set()) if act.deed is Deed.MORE and act.about == memory.subject else set()

    def _telling_words(self, scenario: Scenario) -> dict[Act, set[str]]:
        """Of each answer the words that few others have."""
        texts: dict[Act, str] = {}
        for fact in scenario.facts:
            texts |= {Act(Deed.MORE, fact.id, i): " ".join((detail.line, *detail.asks)) for i, detail in enumerate(fact.more)}
        texts |= {Act(Deed.ANSWER, topic.id): " ".join((*topic.asks, *topic.lines)) for topic in scenario.outside}
        stems = {act: set(content_words(text)) for act, text in texts.items()}
        common = Counter(stem for found in stems.values() for stem in found)
        return {act: {stem for stem in found if common[stem] <= _FEW} for act, found in stems.items()}

    @staticmethod
    def _collect(owners: list[Act], asks: list[str], act: Act, more: Sequence[str]) -> None:
        owners += [act] * len(more)
        asks += more

    def asked_for(self, vectors: Vectors, sentences: Mapping[int, str], memory: Memory,
                  said: frozenset[tuple[str, ...]] = frozenset()) -> tuple[Topic, ...]:
        """What each of the sentences asks for, as far as it can come up now, the nearest first.

        Args:
            vectors: a row a sentence of the reply.
            sentences: those that may ask for something, by their place.
            memory: what has been told, and which lines are spent.
            said: the sentences she has said, as `lines.sentences_of`; an answer that says one again is none.
        """
        found = []
        for sentence, text in sentences.items():
            asked_words, aim = set(content_words(text)), aim_of(text)
            closeness = np.full(len(self._acts), -1.0, dtype=np.float32)
            np.maximum.at(closeness, self._owner, self._asks @ vectors[sentence])
            for i in np.argsort(-closeness):
                asked = self._acts[i]
                telling = min(_TELLING_WORDS, len(asked_words & self._told_stems(asked, memory)))
                margin = (float(closeness[i]) + _TELLING * telling + self._aimed(asked, aim)
                          - self._bound(asked, memory))
                act = self._now(asked, memory, vectors[sentence], said) if margin >= self._plainly(asked) else None
                if act is not None:
                    found.append(Topic(act, margin, sentence, indirect=act.deed is not asked.deed))
        return tuple(sorted(found, key=lambda topic: -topic.margin))

    def nearest_detail(self, vectors: Vectors, memory: Memory, least: float,
                       said: frozenset[tuple[str, ...]] = frozenset()) -> Act | None:
        """The detail of what she last spoke of that comes nearest to the sentences, from `least` on; None: none comes near."""
        best, found = least, None
        for ask, owner in zip(self._asks @ vectors.T, self._owner, strict=True):
            act = self._acts[owner]
            here = act.deed is Deed.MORE and act.about == memory.subject
            if here and float(ask.max()) >= best and self._now(act, memory, vectors[0], said) == act:
                best, found = float(ask.max()), act
        return found

    def nearly(self, vectors: Vectors, within: float) -> tuple[str, ...]:
        """Facts that the sentences come near to, missing what it takes by at most `within`, the nearest first."""
        best: dict[str, float] = {}
        for ask, owner in zip(self._asks @ vectors.T, self._owner, strict=True):
            act = self._acts[owner]
            if act.deed is Deed.TELL:
                best[act.about] = max(best.get(act.about, -1.0), float(ask.max()))
        near = {fact: value for fact, value in best.items() if value >= self._bounds.fact - within}
        return tuple(sorted(near, key=lambda fact: -near[fact]))

    def closeness(self, fact: str, vectors: Vectors) -> float:
        """How near the nearest of the sentences comes to asking for `fact`."""
        asks = self._asks[self._owner == self._acts.index(Act(Deed.TELL, fact))]
        return float(np.max(asks @ vectors.T)) if len(vectors) else -1.0

    def _aimed(self, act: Act, aim: Aim) -> float:
        """How much nearer `act` comes because it is the sort of answer that is wanted; below 0 where it is another."""
        if aim not in DEFINITE:
            return 0.0
        return _SAME_AIM if aim in self._aims[act] else -_OTHER_AIM

    def _bound(self, act: Act, memory: Memory) -> float:
        if act.deed is Deed.TELL:
            return self._bounds.fact
        if act.deed is Deed.MORE:
            return self._bounds.detail - (_SUBJECT if act.about == memory.subject else 0.0)
        return self._bounds.outside

    def _plainly(self, act: Act) -> float:
        """By how much more than it must a question has to come near, where it asks for something guarded."""
        return _PLAINLY if act.deed is Deed.TELL and self._scenario.fact(act.about).trust >= _GUARDED else 0.0

    def _now(self, act: Act, memory: Memory, vector: Vectors, said: frozenset[tuple[str, ...]]) -> Act | None:
        """The act as it can be done now, with the line that fits best; None where it can not come up, or all is said."""
        if act.deed is Deed.TELL:
            return None if act.about in memory.told else act
        if act.deed is Deed.MORE:
            if act.about not in memory.told:
                return Act(Deed.TELL, act.about)
            spent = f"{Deed.MORE}/{act.about}/{act.pick}" in memory.used
            return None if spent or said & self._sentences[act, act.pick or 0] else act
        left = [i for i in range(len(self._lines[act.about])) if f"{Deed.ANSWER}/{act.about}/{i}" not in memory.used
                and not said & self._sentences[act, i]]
        if not left or not self._after[act.about] <= set(memory.told):
            return None
        near = self._lines[act.about] @ vector
        return Act(Deed.ANSWER, act.about, max(left, key=lambda i: float(near[i])))
