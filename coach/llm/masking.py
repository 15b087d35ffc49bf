"""Names of real people and companies, masked before a prompt is sent and put back in what comes back.

It is a list, no recogniser: what is not on it, or is misspelt, is sent as it stands.

A name becomes a word like `PartyA`, which may be a person or a company, reads naturally in a sentence, and is no word of
English. Of a name of several words each word is masked where it stands alone as well, as `PartyA1`, unless it is short, written
small, or an everyday word ("Bank of Reuter" alone masks "Reuter", and neither "Bank" nor "of"). Each spelling met has a mask of
its own (`partya` for "novak"), so that what is put back is what stood there, to the letter.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, count
from string import ascii_uppercase
from typing import TypeVar

from pydantic import BaseModel

from coach.errors import SetupError

Value = TypeVar("Value", bound=BaseModel)
_STEM = "Party"
# What is shorter stands in too many other things.
_SHORTEST_WORD = 3
_SHORTEST_NAME = 2
_LONGEST_NAME = 100
# What stands in the names of people and companies and in every other conversation too.
EVERYDAY = frozenset("""
    the and for bank group company holding holdings partners partner brothers sons international global national general
    first new old best good great big white black brown green red blue young long short king day love may will mark bill
    grant grace hope faith joy rose art rob sue pat frank june april august summer winter hunter baker cook price rich
    north south east west united american british european services service systems solutions software technologies
    technology consulting capital insurance energy health media digital data labs works studio trust union state city
    apple orange target shell gap oracle visa ltd limited inc corp corporation llc llp plc gmbh mbh kg ag sarl spa
    mrs miss doctor professor sir""".split())
_APOSTROPHES = "['’ʼ‘]"
_HYPHENS = "[-‐‑–]"
# No letter and no digit on either side; an underscore may be, as in the name of a file.
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_LAST_WORD = re.compile(r"[^\W_]+$")


@dataclass(frozen=True, slots=True)
class Masks:
    """The names that no model is to see.

    Attributes:
        names: as they were listed, each once, without white space and marks around them.
    """

    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, setting: str) -> "Masks":
        """The masks for the setting `mask_names`: names with semicolons between them.

        Raises:
            SetupError: a name can not be used; the message says which by its place, not by its letters.
        """
        names = []
        for place, raw in enumerate(setting.split(";"), start=1):
            name = re.sub(r"^[\W_]+|[\W_]+$", "", unicodedata.normalize("NFC", raw))
            if not raw.strip():
                continue
            if len(name) < _SHORTEST_NAME or not any(sign.isalpha() for sign in name):
                raise SetupError(f"Name {place} in COACH_MASK_NAMES can not be masked: it needs two letters, or a letter and a "
                                 "digit. Write it out, or take it out.")
            if len(name) > _LONGEST_NAME:
                raise SetupError(f"Name {place} in COACH_MASK_NAMES is longer than {_LONGEST_NAME} characters. Put semicolons "
                                 "between names.")
            names.append(name)
        return cls(tuple({name.casefold(): name for name in names}.values()))

    @property
    def everyday(self) -> int:
        """How many of the names are everyday words, which are masked wherever they stand."""
        return sum(name.casefold() in EVERYDAY for name in self.names)

    def over(self, text: str) -> "Masked":
        """`text` without the names, and the way back."""
        if not self.names:
            return Masked(text)
        entries, stem = _entries(self.names), _free_stem(" ".join((text, *self.names)))
        masks: dict[str, str] = {}
        listed: dict[str, str] = {}

        def mask(match: re.Match[str]) -> str:
            spelling, entry = match[0], entries[(match.lastindex or 1) - 1]
            if spelling not in masks:
                usual = _in_the_case_of(spelling, entry.name, f"{stem}{entry.code}")
                # From 100 on, as no name has so many words, whose numbers begin with 1.
                others = (f"{stem}{entry.letter}{number}" for number in count(100))
                masks[spelling] = next(one for one in chain((usual,), others) if one not in masks.values())
                listed.setdefault(masks[spelling].casefold(), entry.name)
            return masks[spelling]

        sent = _pattern(self.names).sub(mask, text)
        return Masked(sent, stem, {one: spelling for spelling, one in masks.items()}, listed)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without names, and what stands behind its masks.

    Attributes:
        text: what may be sent.
        stem: how each mask in it begins.
        spellings: by mask, what it stands for in the text.
        listed: by mask in small letters, the name as it was listed, for a mask that comes back in another case.
    """

    text: str
    stem: str = _STEM
    spellings: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)

    def restore(self, answer: str) -> str:
        """`answer` with the names in place of their masks."""
        def name(match: re.Match[str]) -> str:
            """What a mask stands for; also of several of that name ("PartyAs"), and where a number was made up or left out."""
            known = self.spellings.get(match[0]) or self.listed.get(match[0].casefold())
            if known:
                return known
            mask, several = (match[0][:-1], match[0][-1]) if match[0][-1:] in "sS" else (match[0], "")
            letter = mask.casefold().rstrip("0123456789")
            near = self.spellings.get(mask) or self.listed.get(mask.casefold()) or next(
                (listed for one, listed in self.listed.items() if one.rstrip("0123456789") == letter), "")
            return near + several if near else match[0]

        return _masks(self.stem).sub(name, answer) if self.spellings else answer

    def restore_so_far(self, answer: str) -> str:
        """The same for an answer that still grows: a last word that is a mask, or may become one, is left out."""
        if not self.spellings:
            return answer
        stem = self.stem.casefold()
        if last := _LAST_WORD.search(answer):
            word = last[0].casefold()
            if stem.startswith(word) or word.startswith(stem):
                answer = answer[: last.start()]
        return self.restore(answer)

    def restore_in(self, value: Value) -> Value:
        """`value` with the names put back in each of its texts, however deep."""
        return self._in_model(value) if self.spellings else value

    def _in_model(self, value: Value) -> Value:
        return value.model_copy(update={name: self._in(getattr(value, name)) for name in type(value).model_fields})

    def _in(self, value: object) -> object:
        if type(value) is str:  # a member of an enum is none of the model's words
            return self.restore(value)
        if isinstance(value, BaseModel):
            return self._in_model(value)
        if isinstance(value, dict):
            return {self._in(key): self._in(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._in(one) for one in value]
        return tuple(self._in(one) for one in value) if type(value) is tuple else value


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name, or a word of one; `code` is its letter, and for a word its number, from 1."""

    name: str
    letter: str
    number: int = 0

    @property
    def code(self) -> str:
        return f"{self.letter}{self.number or ''}"


@lru_cache
def _entries(names: tuple[str, ...]) -> tuple[_Entry, ...]:
    """All that is masked, longest first: of two names that begin alike the longer one is meant."""
    whole = [_Entry(name, _letter(place)) for place, name in enumerate(names)]
    entries = {one.name.casefold(): one for one in whole}
    for one in whole:
        for number, word in enumerate(one.name.split(), start=1):
            alone = re.sub(r"^[\W_]+|[\W_]+$", "", word)
            if len(alone) >= _SHORTEST_WORD and alone[0].isupper() and alone.casefold() not in EVERYDAY:
                entries.setdefault(alone.casefold(), _Entry(alone, one.letter, number))
    return tuple(sorted(entries.values(), key=lambda one: -len(one.name)))


@lru_cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds each entry as whole words, in any case; its group is the entry's place."""
    return re.compile("|".join(f"{_BEFORE}({_any_form(one.name)}){_AFTER}" for one in _entries(names)), re.IGNORECASE)


def _any_form(name: str) -> str:
    """A pattern for `name`, its accents in one sign or two, with any white space, apostrophe and hyphen."""
    # In capitals some letters are two ("Voß", "VOSS").
    forms = dict.fromkeys(form for one in (name, name.upper()) for form in (one, unicodedata.normalize("NFD", one)))
    return "|".join("".join(_sign(sign) for sign in re.sub(r"\s+", " ", form)) for form in forms)


def _sign(sign: str) -> str:
    alike = (kinds for kinds in (_APOSTROPHES, _HYPHENS) if sign in kinds[1:-1])
    return r"\s+" if sign == " " else next(alike, re.escape(sign))


def _masks(stem: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}{stem}[a-z]+\d*{_AFTER}", re.IGNORECASE)


def _free_stem(text: str) -> str:
    """How masks begin, so that none stands in `text` already."""
    return next(stem for stem in (f"{_STEM}{'x' * more}" for more in count()) if not _masks(stem).search(text))


def _in_the_case_of(spelling: str, name: str, mask: str) -> str:
    if spelling == name or not (spelling.islower() or spelling.isupper()):
        return mask
    return mask.lower() if spelling.islower() else mask.upper()


def _letter(place: int) -> str:
    """A for the first, Z for the last of the alphabet, then AA."""
    rest, letter = divmod(place, len(ascii_uppercase))
    return (_letter(rest - 1) if rest else "") + ascii_uppercase[letter]
