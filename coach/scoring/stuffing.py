"""Words that are there to please whoever marks them, and what a reply would be without them.

Stuffing is what is said to the scorer, flattery, a formula of sympathy, and what is said twice. Hollow is a sentence that fits
anybody (`hollow.py`). Hollow sentences are human, and often kind; but a reply that is poor without them is not made better by
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.domain import Behaviour, Transcript
from coach.language.lexicon import lexicon
from coach.language.text import Sentence, content_words, sentences, words
from coach.scoring.cues import phrases_of
from coach.scoring.hollow import IsHollow

# A formula with more of its own to say than this is more than a formula.
_OWN_WORDS = 2
_LONGEST_RUN = 4
_SUBSTANCE = 4
# In points of empathy: what is poor, what is nothing at all, and what everything is below.
POOR = 35
NOTHING = 25
_ALWAYS = 101
_NOT_FOR_THE_CUSTOMER = (Behaviour.MANIPULATES_SCORER, Behaviour.FLATTERY)


def without_stuffing(reply: str) -> str:
    """`reply` with stuffing blanked out, so that all else keeps its place; as it is where nothing else would be left."""
    said: set[tuple[str, ...]] = set()
    stuffing: list[Sentence] = []
    parts = sentences(reply)
    for part in parts:
        spoken = words(part.text)
        if spoken in said or _is_formula(part.text) or any(
                phrases_of(behaviour).search(part.text) for behaviour in _NOT_FOR_THE_CUSTOMER):
            stuffing.append(part)
        said.add(spoken)
    return blanked(reply, stuffing) if len(stuffing) < len(parts) else reply


@dataclass(frozen=True, slots=True)
class Core:
    """A reply without some of its padding, every word in its place; it counts where its own empathy is below `below`."""

    text: str
    below: int


def cores(history: Transcript, reply: str, is_hollow: IsHollow) -> tuple[Core, ...]:
    """What `reply` would be without its stuffing, and without hollow sentences at its beginning, at its end, and at both.

    Each differs from `reply` and says something. Every cut within the two runs of hollow sentences is made, so that hollow
    sentences put before or behind a reply leave that very reply, and all its own cores, among the cores.
    """
    bare = without_stuffing(reply)
    left = sentences(bare)
    hollow = [not part.is_question and is_hollow(history, part.text) for part in left]
    # A reply of nothing but hollow sentences may be kind by all of them; a part of it counts only where it is no kindness.
    below = NOTHING if all(hollow) else POOR
    first = next((i for i, empty in enumerate(hollow) if not empty), len(left) - 1)
    last = next((i for i, empty in enumerate(reversed(hollow)) if not empty), len(left) - 1)
    cuts = [(*left[:i], *left[len(left) - j :]) for i in range(min(first, _LONGEST_RUN) + 1)
            for j in range(min(last, _LONGEST_RUN) + 1) if 0 < i + j < len(left)]
    found = {bare: Core(bare, _ALWAYS)} if bare != reply else {}
    for cut in cuts:
        text = blanked(bare, cut)
        # What says next to nothing by itself ("Is that close?") does not tell what the rest was worth.
        if len(words(text)) >= _SUBSTANCE:
            found.setdefault(text, Core(text, below))
    return tuple(core for text, core in found.items() if text != reply)


def blanked(text: str, parts: Sequence[Sentence]) -> str:
    """`text` with spaces in place of `parts`."""
    for part in parts:
        text = text[: part.start] + " " * len(part.text) + text[part.start + len(part.text) :]
    return text


def _is_formula(text: str) -> bool:
    """Whether a sentence is a phrase of sympathy that fits anybody, and little else."""
    rest, found = lexicon("formula").subn(" ", text)
    return found > 0 and len(content_words(rest)) <= _OWN_WORDS
