"""Whether a line that a language model proposes may be said: what it must not do, and what it must hold. Pure, but for vectors.

Checked sentence by sentence while the line grows, so that nothing is shown that gives something away, and once more as a whole.
A pattern that the authored line meets too is the author's own and no fault.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

import numpy as np

from coach.customer.leak_check import Hidden, windows
from coach.customer.line_patterns import agrees, coaches, is_speech, speaks_for_seller, steps_out
from coach.customer.parts import Mood
from coach.language.text import sentences, words

MOST_SENTENCES = 5
"""The prompt asks for four at most; one more is no reason to make anybody wait for another try."""
MOST_WORDS = 90
TIMES_THE_SUBSTANCE = 2.5
"""A line may be so many times as long as the authored one, and `WORDS_BESIDES` words longer: what is more is made up."""
WORDS_BESIDES = 40
NEAR_THE_SUBSTANCE = 0.45
"""Cosine to any authored telling of a fact, or to its title, below which it was not told. Of 242 authored lines in five scripts
239 come as near to another telling of their fact; of 920 tries with her idle thoughts 10 come as near to a fact."""
NEAR_THE_ENDING = 0.40
"""As above for the line that ends a meeting, where there is one wording to compare with: 67 of 1,500 idle thoughts pass."""
SAID_BEFORE = 0.85
"""Share of words in common, in their order, from which a sentence is the one she said before."""
_MAY_COME_TWICE = 3


class Fault(StrEnum):
    """What is wrong with a proposed line; the value is how the records name it."""

    LEAK = "tells what is hidden"
    CHARACTER = "out of character"
    NO_SPEECH = "not plain speech"
    SELLER = "speaks for the seller"
    COACHING = "coaches the seller"
    AGREEMENT = "agrees too soon"
    REPETITION = "repeats herself"
    LENGTH = "too long"
    LOST = "substance lost"
    NO_ANSWER = "no answer"
    CAP = "cap reached"


# What the model is told before its second try. Never a word of what is hidden, nor of the line that held it.
NOTES = {
    Fault.LEAK: "it said something that you do not know or do not speak of. Say what the substance says and nothing beyond it",
    Fault.CHARACTER: "it stepped out of the person you are. Speak as that person, about nothing but this meeting",
    Fault.NO_SPEECH: "it was not plain spoken English. No lists, labels, codes, other languages or stage directions",
    Fault.SELLER: "it put words into the seller's mouth. Say your own line and stop",
    Fault.COACHING: "it judged or advised the seller on how to talk to you. You are a customer, not a coach",
    Fault.AGREEMENT: "it agreed to something. You have agreed to nothing; say what the substance says",
    Fault.REPETITION: "it said a sentence again that you have said before. Find other words",
    Fault.LENGTH: "it was too long. Three or four short sentences at most",
    Fault.LOST: "the substance was no longer in it. Say what the substance says, with its names and figures",
    Fault.NO_ANSWER: "there was nothing in it",
    Fault.CAP: "it was not asked for",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, and what may be said of it to whoever made the line."""

    fault: Fault

    @property
    def note(self) -> str:
        """For the model; holds nothing of the line itself."""
        return NOTES[self.fault]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that the line must hold: it must come as near as `near` to one of `tellings`."""

    tellings: tuple[str, ...]
    near: float


@dataclass(frozen=True, slots=True)
class Task:
    """What one line is to do, as far as a check must know it.

    Attributes:
        substance: the authored line, whole.
        must: what must be found in it.
        mood: how she speaks.
        commits: whether the director has her say yes now.
        said: the sentences she has said in this meeting.
        vocabulary: the words of this scenario, and the commonest of the language, in lower case.
        hidden: what is hidden now.
    """

    substance: str
    must: tuple[Kept, ...]
    mood: Mood
    commits: bool
    said: tuple[str, ...]
    vocabulary: frozenset[str]
    hidden: Hidden


def check_sentence(task: Task, shown: str, sentence: str) -> Finding | None:
    """What is wrong with `sentence` after `shown`, which has passed; None: it may be shown."""
    whole = f"{shown} {sentence}".strip()
    checks: tuple[tuple[Fault, Callable[[], bool]], ...] = (
        (Fault.NO_SPEECH, lambda: sentence not in task.substance and not is_speech(sentence, task.vocabulary)),
        (Fault.CHARACTER, lambda: _new(steps_out, sentence, task)),
        (Fault.SELLER, lambda: _new(speaks_for_seller, sentence, task)),
        (Fault.COACHING, lambda: _new(coaches, sentence, task)),
        (Fault.AGREEMENT, lambda: _agrees_too_soon(sentence, task)),
        (Fault.REPETITION, lambda: said_before(sentence, (*task.said, *(part.text for part in sentences(shown))))),
        (Fault.LENGTH, lambda: too_long(whole, task.substance)),
        (Fault.LEAK, lambda: task.hidden.leaks(sentence, shown)),
    )
    return next((Finding(fault) for fault, found in checks if found()), None)


def check_line(task: Task, line: str) -> Finding | None:
    """What is wrong with the whole of `line`; None: she may say it."""
    if not words(line):
        return Finding(Fault.NO_ANSWER)
    shown = ""
    for part in sentences(line):
        if found := check_sentence(task, shown, part.text):
            return found
        shown = f"{shown} {part.text}".strip()
    return check_substance(task, line)


def check_substance(task: Task, line: str) -> Finding | None:
    """Whether a line whose sentences have all passed lacks something it must hold."""
    if task.must and not all(comes_near(task, line, kept) for kept in task.must):
        return Finding(Fault.LOST)
    return None


def comes_near(task: Task, line: str, kept: Kept) -> bool:
    """Whether `line` says by its meaning what `kept` asks for."""
    embed = task.hidden.embedder.embed
    parts = windows(line)
    return bool(parts) and float(np.max(embed(parts) @ embed(kept.tellings).T)) >= kept.near


def said_before(sentence: str, said: tuple[str, ...]) -> bool:
    """Whether a sentence is one of `said`, or nearly so; a few words ("I see.") may come twice."""
    new = words(sentence)
    return len(new) > _MAY_COME_TWICE and any(_alike(new, words(earlier)) for earlier in said)


def _alike(new: tuple[str, ...], old: tuple[str, ...]) -> bool:
    # The shortcut keeps the slow comparison for sentences that can come out alike at all.
    shared = 2 * len({*new} & {*old}) >= SAID_BEFORE * min(len({*new}), len({*old}))
    return shared and SequenceMatcher(None, new, old, autojunk=False).ratio() >= SAID_BEFORE


def too_long(line: str, substance: str) -> bool:
    """Whether `line` runs on; what the authors wrote is never too long."""
    length, authored = len(words(line)), len(words(substance))
    return (len(sentences(line)) > max(MOST_SENTENCES, len(sentences(substance)))
            or length > max(MOST_WORDS, authored) or length > TIMES_THE_SUBSTANCE * authored + WORDS_BESIDES)


def _new(does: Callable[[str], bool], sentence: str, task: Task) -> bool:
    """Whether the sentence does what the authored line does not."""
    return does(sentence) and not does(task.substance)


def _agrees_too_soon(sentence: str, task: Task) -> bool:
    """A yes that the director did not decide; guarded or cold she says none, whatever the authored line may look like."""
    if task.commits or not agrees(sentence):
        return False
    closed = task.mood in (Mood.GUARDED, Mood.COLD)
    return sentence not in task.substance if closed else not agrees(task.substance)
