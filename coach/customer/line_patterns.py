"""By which words a line steps out of the meeting: out of her character, into the seller's part, into a yes nobody decided."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from coach.datafile import DataModel, load_yaml
from coach.language.lexicon import phrases
from coach.language.text import words

_FILE = Path(__file__).with_suffix(".yaml")
KNOWN = 0.5
"""Share of a sentence's words that are at home in the scenario or among the commonest, from which it is taken for English. Of
20,472 authored sentences 0.6% lie below it by the words of another scenario; of rot13, German or words backwards nearly all."""
_FEWEST = 4
# A speaker's label, or the seller's next words told like a story.
_SPEAKS_FOR_SELLER = re.compile(
    r"^\W*(?:the )?(?:seller|salesperson|sales ?rep|rep|vendor|consultant|trainee|interviewer|you|me|user|assistant|customer|"
    r"client|human|system)\s*:\s*\S"
    r"|\byou (?:say|ask|reply|answer|respond|nod|smile|pause|continue)\s*[,:]\s*[\"“‘]"
    r"|\b(?:the )?(?:seller|salesperson|trainee|interviewer) (?:says|asks|replies|answers|nods|responds|smiles|pauses)\b"
    r"|[\"”’],? (?:you|the seller) (?:say|says|ask|asks|reply|replies|answer|answers)\b", re.IGNORECASE)
# "I'll sign when I've read it" and "I'd not say I'm sold" are no yes.
_TAKEN_BACK = re.compile(
    r"\w+n['’]t\b|\b(?:not|never|nothing|no one|nobody|if|unless|until|till|whether|before|once|when|without|suppose|hardly|"
    r"neither|who|anyone|instead)\b", re.IGNORECASE)
_NO_MORE_THAN_POLITE = re.compile(
    r"\b(?:not a problem|why not|if you (?:like|want|wish)|no doubt|can['’]t wait|not bad)\b", re.IGNORECASE)
_MARKUP = re.compile(
    r"[{}<>|`#\\^~_*\[\]]|https?:|^\s*(?:[-•–]\s|\d+[.)]\s)|^\s*\(|\w+\s*=\s*\w+|\"\s*:\s*[\"\d]", re.MULTILINE)
# Letters one by one, or digits among them: written so that nobody who looks for words finds them.
_SPELT_OUT = re.compile(
    r"(?:\b[^\W\d_]\b[\s.,\-–·/]+){4,}|\b[a-z]+\d+[a-z]+\w*\b|\b[a-z]{3,}\d\b|[A-Za-z0-9+/=]{25,}", re.IGNORECASE)


class _Patterns(DataModel):
    """See `line_patterns.yaml`."""

    out_of_character: tuple[str, ...]
    coaches: tuple[str, ...]
    agrees: tuple[str, ...]


@lru_cache
def _pattern(name: str) -> re.Pattern[str]:
    entries: tuple[str, ...] = getattr(load_yaml(_FILE, _Patterns), name)
    return phrases(entries)


def steps_out(text: str) -> bool:
    """Whether `text` speaks of models, prompts or playing a part, or as a servant would."""
    return bool(_pattern("out_of_character").search(text))


def speaks_for_seller(text: str) -> bool:
    """Whether `text` puts words into the seller's mouth, or labels a speaker."""
    return bool(_SPEAKS_FOR_SELLER.search(text))


def coaches(text: str) -> bool:
    """Whether `text` praises or teaches how one asks, listens or sells."""
    return bool(_pattern("coaches").search(text))


def agrees(text: str) -> bool:
    """Whether `text` says yes to a deal, a purchase or a date, without taking it back in the same breath."""
    return any(_pattern("agrees").search(part) and not _TAKEN_BACK.search(_NO_MORE_THAN_POLITE.sub("", part))
               and not part.endswith("?") for part in re.split(r"(?<=[.!?…])\s+", text))


def is_speech(sentence: str, vocabulary: frozenset[str]) -> bool:
    """Whether somebody could say this across a table: no markup, no code, no other language, nothing spelt out.

    Args:
        sentence: one sentence.
        vocabulary: the words of the scenario and the commonest of the language, in lower case.
    """
    if _MARKUP.search(sentence) or _SPELT_OUT.search(sentence):
        return False
    if any(letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN") for letter in sentence):
        return False
    said = words(sentence)
    known = sum(word in vocabulary or word.isdigit() or "'" in word for word in said)
    return len(said) < _FEWEST or known >= KNOWN * len(said)
