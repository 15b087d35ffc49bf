"""A listening-framework card: what a framework says, when to use it, words to try, the usual error, an example.

A card is one Markdown file, named by its id: front matter (`Card`, all but its sections) and the five headings of
`SECTIONS` in their order. Faults name file and line, so that whoever writes a card can mend it without reading code.
"""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from coach.datafile import DataModel, load_markdown, read_text
from coach.domain import Behaviour
from coach.errors import DataFileError, SetupError

# Beside the cards: the frameworks there are, one a line. A folder without it may name any.
FRAMEWORKS = "frameworks.txt"
SECTIONS = ("What it is", "When to use it", "Words to try", "The usual error", "Example")
SLOTS = frozenset({"name", "clue"})
_BEHAVIOURS = tuple(behaviour.value for behaviour in Behaviour)
_SLOT = re.compile(r"\{([^{}]*)\}")
_HEADING = "## "
_ORDER = ", ".join(SECTIONS)


def _known_behaviour(value: str) -> str:
    if value not in _BEHAVIOURS:
        near = difflib.get_close_matches(value, _BEHAVIOURS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_BEHAVIOURS)}"
        raise ValueError(f"there is no behaviour {value!r}; {hint}")
    return value


def _known_slots(say: str) -> str:
    unknown = sorted(set(_SLOT.findall(say)) - SLOTS)
    if unknown:
        raise ValueError(f"the slot {{{unknown[0]}}} is not known; a tip may hold {{name}} and {{clue}}")
    if set("{}") & set(_SLOT.sub("", say)):
        raise ValueError("a brace stands alone; write {name} or {clue}, or no brace")
    return say


Text = Annotated[str, Field(min_length=1)]
BehaviourId = Annotated[str, AfterValidator(_known_behaviour)]


class CardTip(DataModel):
    """One thing to try next.

    Attributes:
        when: ids of the behaviours after which the tip fits.
        say: the tip; may hold the slots {name} (the customer's first name) and {clue} (her own words).
    """

    when: Annotated[tuple[BehaviourId, ...], Field(min_length=1)]
    say: Annotated[Text, AfterValidator(_known_slots)]

    @property
    def slots(self) -> frozenset[str]:
        """The names that must be filled in: a tip with {clue} is of no use where there is no clue."""
        return frozenset(_SLOT.findall(self.say))


class Section(DataModel):
    """A part of a card: its heading, and the text below it, verbatim."""

    heading: Text
    text: Text


class _Meta(DataModel):
    """The front matter of a card."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title: Text
    framework: Text
    source: Text
    author: Text
    tags: tuple[Text, ...]
    behaviours: tuple[BehaviourId, ...]
    scenarios: tuple[Text, ...] = ()
    asks: tuple[Text, ...] = ()
    tips_in: Literal["any", "interview"] = "any"
    tips: tuple[CardTip, ...]


class Card(_Meta):
    """A whole card.

    Attributes:
        tips_in: "interview" where its tips fit an interview alone, in which one came to learn and not to sell.
        framework: the school it belongs to, for filters.
        source: the book, paper or page it draws on.
        behaviours: ids of the behaviours it helps with.
        scenarios: ids of the scenarios in which it is put to the test.
        asks: questions and situations that people would bring to it, in their words: they lead to
            it, and are shown as the reason why it was found.
        sections: one for each of `SECTIONS`, in that order.
    """

    sections: tuple[Section, ...]

    def section(self, heading: str) -> str:
        """The text below `heading`, one of `SECTIONS`."""
        return next(section.text for section in self.sections if section.heading == heading)


def load_cards(folder: Path) -> tuple[Card, ...]:
    """Read every card in `folder` and the folders below it, sorted by id; README.md and hidden files are no cards.

    Raises:
        SetupError: the folder is missing or holds no card.
        DataFileError: a card does not follow the format or names no framework of the folder's list, or two share an id; names
            file, line and fault.
    """
    found = sorted(folder.rglob("*.md")) if folder.is_dir() else []
    paths = [path for path in found if path.name != "README.md" and not path.name.startswith(".")]
    if not paths:
        raise SetupError(f"There are no knowledge cards in {folder}; install coach again, or put the cards there.")
    cards: dict[str, tuple[Card, Path]] = {}
    listed = folder / FRAMEWORKS
    frameworks = [line.strip() for line in read_text(listed).splitlines()] if listed.is_file() else []
    for path in paths:
        card = load_card(path)
        if frameworks and card.framework not in frameworks:
            near = difflib.get_close_matches(card.framework, frameworks, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"see {FRAMEWORKS}."
            raise DataFileError(path, _line_of(path, "framework"), f"there is no framework {card.framework!r}; {hint}")
        if card.id in cards:
            other = cards[card.id][1]
            problem = f"the id {card.id!r} is taken by {other}; give one another name."
            raise DataFileError(path, _line_of(path, "id"), problem)
        cards[card.id] = (card, path)
    return tuple(cards[card_id][0] for card_id in sorted(cards))


def load_card(path: Path) -> Card:
    """Read one card.

    Raises:
        DataFileError: it does not follow the format; names file, line and fault.
    """
    document = load_markdown(path, _Meta)
    meta = document.meta
    if meta.id != path.stem:
        problem = f"the id {meta.id!r} differs from the file's name; call it {path.stem!r}."
        raise DataFileError(path, _line_of(path, "id"), problem)
    # The body as the file has it: `document.body` is trimmed, and with it the count of its lines.
    lines = read_text(path).splitlines(keepends=True)[document.body_line - 1 :]
    return Card(**dict(meta), sections=split_sections(lines, path, document.body_line))


def split_sections(lines: Sequence[str], path: Path, first_line: int) -> tuple[Section, ...]:
    """The sections of a card's body; nothing of it is lost but the blank lines around each text.

    Args:
        lines: the body, with line ends.
        path: the file, for messages.
        first_line: the number of the body's first line in the file, for messages.

    Raises:
        DataFileError: a heading is missing, unknown or out of order; a section is empty; text stands before the first.
    """
    starts = [i for i, line in enumerate(lines) if line.startswith(_HEADING)]
    before = next((i for i, line in enumerate(lines[: starts[0] if starts else None]) if line.strip()), None)
    if before is not None:
        problem = f"text stands before the first heading, `{_HEADING}{SECTIONS[0]}`."
        raise DataFileError(path, first_line + before, problem)
    sections: list[Section] = []
    for number, start in enumerate(starts):
        heading = lines[start].removeprefix(_HEADING).strip()
        wanted = SECTIONS[number] if number < len(SECTIONS) else None
        if heading != wanted:
            rest = f"expected `{_HEADING}{wanted}` here" if wanted else "expected no further heading"
            problem = f"found `{_HEADING}{heading}`; {rest}. The order is: {_ORDER}."
            raise DataFileError(path, first_line + start, problem)
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        text = "".join(lines[start + 1 : end]).strip()
        if not text:
            raise DataFileError(path, first_line + start, f"the section `{_HEADING}{heading}` is empty.")
        sections.append(Section(heading=heading, text=text))
    if len(sections) < len(SECTIONS):
        problem = f"the heading `{_HEADING}{SECTIONS[len(sections)]}` is missing. The order is: {_ORDER}."
        raise DataFileError(path, first_line + max(len(lines) - 1, 0), problem)
    return tuple(sections)


def _line_of(path: Path, field: str) -> int:
    return next((n for n, line in enumerate(read_text(path).splitlines(), start=1) if line.startswith(f"{field}:")), 1)
