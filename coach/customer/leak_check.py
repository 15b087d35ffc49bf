"""Whether words give away a fact that is still hidden: by their meaning, and by words that occur nowhere but in hidden facts.

The prompt holds nothing hidden, so a leak is a model's lucky guess, or a fact that came by a way nobody thought of. The debrief
says what was told and what was kept; a line that tells what the director kept makes it a lie.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from coach.customer.scenario import Scenario
from coach.language.embeddings import Embedder, Vectors
from coach.language.figures import numbers
from coach.language.text import STOPWORDS, content_words, sentences, words

__all__ = ["Hidden", "Secrets", "numbers", "windows"]

# Measured on five of the scenarios that ship, first person each (MiniLM); `tests/customer/test_line_check.py` does it again for
# one. Each line is struck from all that it is compared with: other lines stand for it, and no word is known by it alone.
# - Innocent, nothing told but the opening (reactions, thoughts, outside topics, wants, endings): 34 of 1,236 taken for a leak.
# - Innocent, about a fact that was told, while the rest is hidden: 8 of 196 other tellings of it, 15 of 257 details.
# - Leaks, an author's line of a hidden fact, found by its sisters, which say the same in other words: 201 of 211 with nothing
#   told; 106 of 110 with all told but this one, so that much is open which comes near to it.
# - Leaks in words that no author used: 16 of the 20 in `evals/attacks/leak-attacks.yaml`.
# A false alarm costs another try; a leak makes the record of what was told a lie. So the bounds rather err on that side.
NEAR = 0.64
"""Cosine from which words say what a hidden text says, whichever words they are."""
NEAR_WITH_A_WORD = 0.55
"""The same, where one telling word of that fact is among them."""
NEAR_WITH_WORDS = 0.40
"""With two of them."""
NEARER = 0.10
"""By so much words must come nearer to a hidden text than to an open one, where none of them is telling: else they repeat what
is open. With a telling word it is enough that they come nearer at all."""
TELLING_WORDS = 3
"""So many words that occur only in one hidden fact are no chance, whatever the sentence means."""
VERBATIM = 0.97
"""From here on a sentence is the hidden one with a comma moved, however short."""
VERBATIM_WITH_A_WORD = 0.90
"""The same, with a telling word in it."""
# A sentence with fewer words of content ("Nobody rang.") says too little to be known by its meaning alone.
_WEIGHTY = 4
_SAYS_ANYTHING = 2
_FEWEST = 4
_TELLING_NUMBER = 11
# With a capital inside a sentence: a name, a month. Days of the week are everybody's.
_NAME = re.compile(r"(?<=[a-z,;:’'] )(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z][^\W\d_]{2,}")


def windows(text: str) -> tuple[str, ...]:
    """The sentences of `text`, each two neighbours, and the whole: a fact may be spread over several."""
    parts = [part.text for part in sentences(text)]
    pairs = [" ".join(parts[i : i + 2]) for i in range(len(parts) - 1)]
    return tuple(dict.fromkeys([*parts, *pairs, " ".join(parts)])) if parts else ()


@dataclass(frozen=True, slots=True)
class _Words:
    """What can be known of texts by their words: stems, numbers, and whole sentences word by word."""

    stems: frozenset[str]
    numbers: frozenset[int]
    sentences: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Words":
        """Those of `texts` together."""
        text = " \n".join(texts)
        said = (words(part.text) for part in sentences(text))
        # A sentence of some length that is an author's to the letter was not come upon by chance.
        return cls(frozenset(content_words(text)), frozenset(numbers(text)),
                   frozenset(one for one in said if len(one) >= _FEWEST))

    def __or__(self, other: "_Words") -> "_Words":
        return _Words(self.stems | other.stems, self.numbers | other.numbers, self.sentences | other.sentences)

    def __sub__(self, other: "_Words") -> "_Words":
        return _Words(self.stems - other.stems, self.numbers - other.numbers, self.sentences - other.sentences)

    def __and__(self, other: "_Words") -> "_Words":
        return _Words(self.stems & other.stems, self.numbers & other.numbers, self.sentences & other.sentences)


@dataclass(frozen=True, slots=True)
class _Secret:
    """A fact as it is to be kept: its texts, their vectors and those of their sentences, and what might give it away."""

    id: str
    texts: tuple[str, ...]
    vectors: Vectors
    weighty: Vectors
    words: _Words
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden in one turn, and what is open: told, said or to be said now, and so no secret."""

    secrets: tuple[_Secret, ...]
    open_vectors: Vectors
    open_words: _Words
    embedder: Embedder

    def leaks(self, line: str, shown: str = "") -> bool:
        """Whether `line` gives something hidden away, `shown` being what was said just before it and found clean."""
        return bool(self.given_away(line, shown))

    def given_away(self, line: str, shown: str = "") -> tuple[str, ...]:
        """Ids of the hidden facts that `line` gives away, `shown` being what was said just before it and found clean."""
        whole = f"{shown} {line}".strip()
        if not self.secrets or not words(line):
            return ()
        new = _Words.of((whole,)) - self.open_words
        parts = windows(whole) if not shown else _newest(shown, line)
        vectors = self.embedder.embed(parts)
        nearest_open: Vectors = np.max(vectors @ self.open_vectors.T, axis=1)  # never empty: her portrait is open
        return tuple(secret.id for secret in self.secrets if _gives_away(secret, new & secret.words, vectors, nearest_open))


def _gives_away(secret: _Secret, telling: _Words, vectors: Vectors, nearest_open: Vectors) -> bool:
    """Whether texts with these vectors, and these of the secret's words, tell it."""
    figures = any(number >= _TELLING_NUMBER for number in telling.numbers)
    if telling.sentences or telling.stems & secret.names or figures or len(telling.stems) >= TELLING_WORDS:
        return True
    near, near_weighty = (np.max(vectors @ of.T, axis=1) for of in (secret.vectors, secret.weighty))
    nearest = float(np.max(near[near > nearest_open], initial=0))
    by = 0.0 if telling.stems else NEARER
    nearest_weighty = float(np.max(near_weighty[near_weighty > nearest_open + by], initial=0))
    needed = {0: NEAR, 1: NEAR_WITH_A_WORD}.get(len(telling.stems), NEAR_WITH_WORDS)
    return nearest_weighty >= needed or nearest >= (VERBATIM_WITH_A_WORD if telling.stems else VERBATIM)


def _newest(shown: str, line: str) -> tuple[str, ...]:
    """The windows that end in the new sentence; those before it have been looked at."""
    before = [part.text for part in sentences(shown)]
    return tuple(dict.fromkeys([line, " ".join([*before[-1:], line]), " ".join([*before, line])]))


class Secrets:
    """The facts of one scenario as one must keep them; holds the vectors of all their texts."""

    def __init__(self, scenario: Scenario, embedder: Embedder) -> None:
        self._embedder = embedder
        self._scenario = scenario
        facts = {fact.id: (*fact.tellings,
                           *(detail.line for detail in fact.more))
                 for fact in scenario.facts}
        secret_texts = {text for texts in facts.values() for text in texts}
        clues = {form.line for clue in scenario.clues for form in clue.forms}
        client, plan = scenario.client, scenario.meeting
        # What she says of other things, and what the trainee was told, gives nothing away; a clue does once it is dropped.
        self.public = (client.name, client.role, client.company, client.industry, client.portrait, plan.summary, plan.briefing,
                       plan.planned, plan.you_sell,
                       *(line for line, place in scenario.lines()
                         if line not in secret_texts and line not in clues and place[0] != "opening"))
        self._public_words = _Words.of(self.public)
        self._secrets = tuple(_secret(fact, texts, embedder) for fact, texts in facts.items())
        texts = (*secret_texts, *clues, *self.public)
        self.vocabulary = STOPWORDS | {word for text in texts for word in words(text)}

    def hidden(self, told: Collection[str], said: Iterable[str], struck: Collection[str] = ()) -> Hidden:
        """What is hidden once the facts `told` are told.

        Args:
            said: all that is open besides: what was said so far, and what is to be said now.
            struck: texts of the scenario to be left out on both sides; a measurement strikes the very text it tries.
        """
        said = [*said, self._scenario.client.portrait]
        open_ = [*said, *(text for secret in self._secrets if secret.id in told for text in secret.texts
                          if text not in struck)]
        kept = [secret for secret in self._secrets if secret.id not in told]
        public = self._public_words
        if struck:
            public = _Words.of([text for text in self.public if text not in struck])
            kept = [_secret(secret.id, tuple(text for text in secret.texts if text not in struck), self._embedder)
                    for secret in kept]
        return Hidden(tuple(kept), self._embedder.embed(_units(open_)), public | _Words.of(open_), self._embedder)


def _secret(fact: str, texts: tuple[str, ...], embedder: Embedder) -> _Secret:
    units = _units(texts)
    vectors = embedder.embed(units)
    weighty = [i for i, unit in enumerate(units) if unit in texts[:1] or len(content_words(unit)) >= _WEIGHTY]
    names = frozenset(stem for name in _NAME.findall(" \n".join(texts)) for stem in content_words(name))
    return _Secret(fact, texts, vectors, vectors[weighty], _Words.of(texts), names)


def _units(texts: Sequence[str]) -> list[str]:
    """The texts, and those of their sentences that say anything: "Well." is nobody's secret."""
    parts = (part.text for text in texts for part in sentences(text))
    return list(dict.fromkeys([*texts, *(part for part in parts if len(content_words(part)) >= _SAYS_ANYTHING)]))
