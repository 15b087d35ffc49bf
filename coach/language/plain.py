"""A text in plain standard English, so that spelling, haste and accent sway what is learned as little as can be.

Short forms are written out, text-speak and what is spelt as it is said become the words they stand for (`plain.yaml`), and
misspelt words are mended where it is clear what was meant. British spelling counts as one slip from American, which the encoder
knows better.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from spellchecker import SpellChecker

from coach.datafile import DataModel, load_yaml
from coach.language.neutral import neutral

_FILE = Path(__file__).parent / "plain.yaml"
_WORD = re.compile(r"['’]?[^\W_]+(?:['’][^\W_]+)*(?:/o\b|/(?=\s))?")
# A shorter word has too many neighbours to say which was meant; a rarer one was hardly meant.
_LONG_ENOUGH = 4
_COMMON = 300
# With a capital so few letters may as well be somebody, or R&D.
_AS_GOOD_AS_A_NAME = 2
_ENDINGS = ("s", "es", "d", "ed", "ing", "er", "ers", "ly", "y", "less", "able", "ish")


class _Plain(DataModel):
    """See the comments in `plain.yaml`."""

    contractions: Mapping[str, str]
    is_behind: str
    irregular: Mapping[str, str]
    typed: Mapping[str, str]
    spoken: Mapping[str, str]
    right: str


@lru_cache
def _speller() -> SpellChecker:
    """The dictionary: 160,000 English words with how often each is used. Read when the first odd word comes."""
    return SpellChecker(distance=1)


@lru_cache
def _forms() -> _Plain:
    return load_yaml(_FILE, _Plain)


def levelled(text: str) -> str:
    """`text` as anybody might have written it: nobody in particular in it (`neutral`), and in plain English."""
    return plain(neutral(text))


def plain(text: str) -> str:
    """`text` with short forms and text-speak written out and slips mended; what it changes comes in lower case."""
    if text.isupper() and len(text.split()) > 1:  # somebody shouts
        text = text.lower()
    return _WORD.sub(lambda found: _written_out(found.group()), text)


@lru_cache(maxsize=20_000)
def _written_out(word: str) -> str:
    if len(word) > 1 and word.isupper():  # an abbreviation, mostly
        return word
    forms, said = _forms(), word.lower().replace("’", "'")
    if word[0].isupper() and len(word) <= _AS_GOOD_AS_A_NAME and said != "im":
        return word
    for table in (forms.irregular, forms.typed, forms.spoken):
        if said in table:
            return word if table[said] == said else table[said]
    head, mark, tail = said.rpartition("'")
    if said.endswith("n't"):
        return f"{_written_out(said[:-3])} not"
    if mark and tail == "s" and head in forms.is_behind.split():
        return f"{head} is"
    short = mark + tail
    if head and short in forms.contractions:
        return f"{_written_out(head)} {forms.contractions[short]}"
    return _mended(word) if word.islower() else word


def _mended(word: str) -> str:
    """The commonest word one slip away with the same first letter; `word` itself where it is short, or known as it is."""
    speller = _speller()
    if len(word) < _LONG_ENOUGH or not (word.isascii() and word.isalpha()) or word in _forms().right.split() or word in speller:
        return word
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    if any(stem in speller or f"{stem}e" in speller for stem in stems):
        return word
    used = speller.word_frequency
    near = [other for other in speller.candidates(word) or () if other[0] == word[0] and used[other] >= _COMMON]
    return max(sorted(near), key=lambda other: int(used[other]), default=word)
