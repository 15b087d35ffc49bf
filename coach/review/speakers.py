"""Who is who in a conversation from elsewhere, and what its readers give: words with their speaker, and faults by line."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coach.domain import Speaker

# Who is who by the words that transcripts commonly use; names are mapped by whoever calls.
_TRAINEE = frozenset("trainee seller sales salesperson rep agent advisor adviser consultant interviewer helper me you".split())
_CUSTOMER = frozenset("customer client buyer prospect interviewee user caller".split())
_ROLES: Mapping[str, Speaker] = dict.fromkeys(_TRAINEE, Speaker.TRAINEE) | dict.fromkeys(_CUSTOMER, Speaker.CUSTOMER)
_NOTES = re.compile(r"(?: ?(?:\([^()]*\)|\[[^\[\]]*\]))+$")
_LONGEST_SHOWN = 60
# What Python puts in the place of bytes that are not UTF-8 ("surrogateescape"). UTF-8 itself can not hold these.
_UNDECODED = re.compile("[\udc80-\udcff]")
NOT_UTF8 = "not UTF-8"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be read, or not without doubt, and why."""

    line: int
    what: str
    left_out: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """Words from a file.

    Attributes:
        line: where they begin.
        names: what the file calls their speaker, name and role; the first that is known decides.
    """

    line: int
    names: tuple[str, ...]
    text: str


Found = Said | Problem


class Who:
    """Says which speaker a name stands for."""

    def __init__(self, trainees: Iterable[str] = (), customers: Iterable[str] = ()) -> None:
        given = {key(name): Speaker.TRAINEE for name in trainees} | {key(name): Speaker.CUSTOMER for name in customers}
        bare: dict[str, set[Speaker]] = {}
        for name, speaker in given.items():
            bare.setdefault(key(_bare(name)), set()).add(speaker)
        # Without its brackets a name is known where it is one person's: "Sam (Acme)" and "Sam (Us)" may be two.
        self._given = {name: next(iter(found)) for name, found in bare.items() if len(found) == 1} | given

    def given(self, name: str) -> Speaker | None:
        """The speaker that whoever calls gave `name` to."""
        return self._given.get(key(name)) or self._given.get(key(_bare(name)))

    def is_(self, *names: str) -> Speaker | None:
        """The speaker that the first known of `names` stands for, those that were given before roles; None where none is."""
        roles = (_ROLES.get(key(_bare(name))) for name in names)
        return next((found for found in (*map(self.given, names), *roles) if found is not None), None)


def key(name: str) -> str:
    """`name` as it is compared: in one Unicode form, without case, marks of emphasis and surplus spaces."""
    return unicodedata.normalize("NFC", " ".join(name.split()).strip(" *:").casefold())


def shown(name: str) -> str:
    """`name` as it is told: without what follows it in brackets, and not endless."""
    return _bare(decoded(name))[:_LONGEST_SHOWN]


def _bare(name: str) -> str:
    plain = " ".join(name.split())
    return _NOTES.sub("", plain).strip(" *:") or plain


def is_decoded(text: str) -> bool:
    """Whether all of `text` was UTF-8."""
    return _UNDECODED.search(text) is None


def decoded(text: str) -> str:
    """`text` with a letter for each byte that was not UTF-8."""
    return _UNDECODED.sub("x", text)
