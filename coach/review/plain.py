"""Plain text and Markdown, "Name: what was said", read into words with their speaker.

Labels come in many forms (`10:02 Ada:`, `**Ada (Acme):**`, a name alone on its line), and text has colons of its own
("First: money."). So the whole file is looked through for labels before any line is given to anybody.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coach.domain import Speaker
from coach.review.speakers import NOT_UTF8, Found, Problem, Said, Who, decoded, is_decoded, key, shown

# Everything is bounded: a line may be as long as a file. What a name may be is decided below.
_GAP = r"[^\S\n]{0,8}"
_MARK = r"[*_]{0,3}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:\s?[ap]\.?m\b\.?)?"
_TIME = rf"(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}},?[ T])?{_CLOCK}(?:\s?(?:-->|-|–|to)\s?{_CLOCK})?"
_NOTE = r"(?:\([^()\n]{0,60}\)|\[[^\[\]\n]{0,60}\])"
_HEAD = (rf"(?P<mark>{_MARK})(?P<front>(?:(?:{_TIME}|{_NOTE}){_GAP}[-–—|,]?{_GAP}){{0,2}})(?P<mark2>{_MARK})"
         rf"(?P<name>[^\W\d_][^:：()\[\]{{}}*\n]{{0,60}}?)"
         rf"(?P<shut>{_MARK})(?P<after>(?:{_GAP}(?:{_NOTE}|{_TIME})){{0,3}})(?P<shut2>{_MARK}){_GAP}")
_LABEL = re.compile(_HEAD + r"[:：](?!//)(?:(?<!\d[:：])|(?!\d))", re.IGNORECASE)  # neither https:// nor 10:30
_ALONE = re.compile(_HEAD + "$", re.IGNORECASE)
_HAS_CLOCK = re.compile(_CLOCK, re.IGNORECASE)
_INVISIBLE = "\ufeff\u200b\u200e\u200f"
_LIST_MARKS = re.compile(r"(?:(?:[-*+•–—>]|#{1,6}|\d{1,3}[.)])\s{1,8}){1,4}")
# A name: up to four words, each with a capital or from a script that has none; or a single word, as chats write names.
_WORD = r"[^\W\d_][^\s,;!?\"]*"
_PARTICLE = r"(?:van|von|der|den|de|da|di|del|la|le|el|al|bin|of|and|the|&|/)"
_FEW = 4
_NAME = re.compile(rf"{_WORD},?(?: (?:{_WORD}|{_PARTICLE}|\d{{1,3}}),?){{0,3}}")
# Words that open a sentence or a list, and are nobody's name.
_COMMON = frozenset(
    "first second third fourth fifth firstly secondly thirdly finally last lastly next then also one two three four five six "
    "another note notes nb ps pps fyi btw tldr example examples eg ie namely step steps option options point points part "
    "reason reasons item thing things plus again update summary todo warning important so and but or well yes no ok okay "
    "look listen because meaning anyway re http https".split())


@dataclass(frozen=True, slots=True)
class _Label:
    """A beginning of a line that may say who speaks: `name`, and what follows it on the line.

    Attributes:
        speaker: None where it is nobody known.
        is_name: whether it looks like a name, and not like words of a sentence.
        timed: whether a time stands with it.
    """

    name: str
    said: str
    speaker: Speaker | None
    is_name: bool
    timed: bool

    @property
    def key(self) -> str:
        return key(shown(self.name))


@dataclass(slots=True)
class _Turn:
    """What somebody says, line by line; `bad` is the first line of it that is not UTF-8."""

    line: int
    label: _Label
    said: list[str] = field(default_factory=list)
    bad: int = 0

    def add(self, number: int, line: str, text: str) -> None:
        if not is_decoded(line):
            self.bad = self.bad or number
        if text.strip():
            self.said.append(text.strip())

    @property
    def found(self) -> Found:
        """Half of what was said is not scored as if it were all."""
        if self.bad:
            return Problem(self.bad, f"{NOT_UTF8} (the whole turn)")
        return Said(self.line, (self.label.name,), "\n".join(self.said))


def plain(text: str, who: Who) -> Iterator[Found]:
    """A line without a label goes on with what the one before said."""
    lines = [line.strip().lstrip(_INVISIBLE) for line in unicodedata.normalize("NFC", text).split("\n")]
    labels = _labels(lines, who)
    strangers = _strangers(labels)
    current: _Turn | None = None
    for number, line in enumerate(lines, start=1):
        label = labels.get(number)
        # After nobody known, it can only be somebody else who begins.
        if label and (label.speaker or label.key in strangers or (label.is_name and not (current and current.label.speaker))):
            if current:
                yield current.found
            current = _Turn(number, label)
            current.add(number, line, label.said)
        elif current:
            current.add(number, line, line)
            if label and current.label.speaker:
                yield Problem(number, f"{shown(label.name)!r} is not known; taken as what the one before goes on to say",
                              left_out=False)
        elif line:
            yield Problem(number, "nobody is named before a colon" if is_decoded(line) else NOT_UTF8)
    if current:
        yield current.found


def _strangers(labels: Mapping[int, _Label]) -> frozenset[str]:
    """Names of those who speak and are not known.

    What comes once, and with both sides known, is text with a colon ("Budget: none"). With one side unknown it may be that one,
    whose words must not become the other's; and where known labels have a time, what has a time is a label.
    """
    counts = Counter(label.key for label in labels.values())
    known = [label for label in labels.values() if label.speaker]
    both = {label.speaker for label in known} == set(Speaker)
    timed = any(label.timed for label in known)
    return frozenset(label.key for label in labels.values() if label.is_name and not label.speaker
                     and (not both or counts[label.key] > 1 or (timed and label.timed)))


def _labels(lines: Sequence[str], who: Who) -> Mapping[int, _Label]:
    """By their line: the labels of those who are known, what looks like a name, and words that come again before a colon."""
    colons = {number: label for number, line in enumerate(lines, start=1) if (label := _before_colon(line, who))}
    counts = Counter(label.key for label in colons.values())
    named = {number: label for number, label in colons.items() if label.speaker or label.is_name
             or (counts[label.key] > 1 and len(label.name.split()) <= _FEW and not _is_common(label.name))}
    alone = {number: label for number, line in enumerate(lines, start=1)
             if number not in colons and (label := _alone(line, who))}
    speaking = {number for number, label in (named | alone).items() if label.speaker}
    # A role alone on its line may be a word of a list ("Customer"), unless this is how the whole file has its labels.
    usual = sum(n in alone for n in speaking) >= sum(n in named for n in speaking)
    return _words_or_roles(named | {
        number: label for number, label in alone.items()
        if number < len(lines) and lines[number] and number + 1 not in speaking  # it needs words that it is the label of
        and (who.given(label.name) or ((label.speaker or label.is_name) and (label.timed or usual)))}, who)


def _words_or_roles(labels: Mapping[int, _Label], who: Who) -> Mapping[int, _Label]:
    """The same, but a role that comes once is a word ("Sales: 20 people") where somebody was given by name for that side."""
    counts = Counter(label.key for label in labels.values())
    given = {who.given(label.name) for label in labels.values()} - {None}
    return {number: replace(label, speaker=None) if label.speaker in given and not who.given(label.name) and not label.timed
            and counts[label.key] == 1 else label for number, label in labels.items()}


def _before_colon(line: str, who: Who) -> _Label | None:
    marks = _LIST_MARKS.match(line)
    line = line[marks.end():] if marks else line
    match = _LABEL.match(line)
    if match is None:
        return None
    rest, mark = line[match.end():], match["mark"] or match["mark2"]
    if mark and not match["shut"] and not match["shut2"]:
        rest = rest.replace(mark, "", 1)  # **Ada:** Hello
    return _label(match, rest, who)


def _alone(line: str, who: Who) -> _Label | None:
    """A name that is all there is on the line, with a capital if it was not given, and not as a point of a list."""
    match = _ALONE.match(line.lstrip("#").lstrip())
    if match is None:
        return None
    name = match["name"].strip()
    capital = not name[0].islower() and name[-1] not in ".,;!?"
    return _label(match, "", who) if capital or who.given(name) else None


def _label(match: re.Match[str], said: str, who: Who) -> _Label:
    notes = "".join(f" {note}" for note in re.findall(_NOTE, match["after"]))
    name = f"{match['name'].strip()}{notes}"
    return _Label(name, said, who.is_(name), _is_name(name), bool(_HAS_CLOCK.search(match["front"] + match["after"])))


def _is_name(name: str) -> bool:
    """Whether it looks like a name: short, and with capitals where it is more than a word."""
    name = decoded(shown(name))
    if _is_common(name) or not _NAME.fullmatch(name):
        return False
    words = [word for word in name.split() if not re.fullmatch(_PARTICLE, word)]
    return len(name.split()) == 1 or not any(word[0].islower() for word in words)


def _is_common(name: str) -> bool:
    """Whether it opens a sentence or a list: "First", "Step 2", "Option A"."""
    first, *rest = [re.sub(r"\W", "", word).casefold() for word in name.split()]
    return first in _COMMON and all(word in _COMMON or len(word) <= 1 or word.isdigit() for word in rest)
