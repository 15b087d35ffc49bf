"""What a look at a scenario finds, beyond what loading refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coach.customer.scenario import Place, Story

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault or a weakness of a scenario.

    Attributes:
        severity: "error" where a meeting can go wrong by it, "warning" where it is only poorer for it.
        place: where in the file, as load faults have it, but by id where an entry has one: "facts.tender.asks.2".
        problem: what is wrong, a sentence.
        do: what to do about it, a sentence.
    """

    severity: Severity
    place: str
    problem: str
    do: str


def error(place: str, problem: str, do: str) -> Finding:
    """A meeting can go wrong by it."""
    return Finding("error", place, problem, do)


def warning(place: str, problem: str, do: str) -> Finding:
    """A meeting is poorer for it."""
    return Finding("warning", place, problem, do)


def ids_of(story: Story) -> dict[str, list[str]]:
    """By the name of a list of the file, the ids of its entries."""
    return {"facts": [one.id for one in story.facts], "clues": [one.id for one in story.clues],
            "wants": [one.id for one in story.wants], "outside": [one.id for one in story.outside]}


def dotted(place: Place, ids: Mapping[str, Sequence[str]]) -> str:
    """A place as text.

    Args:
        place: the way to it from the file's root.
        ids: as `ids_of`; they stand for the entries' numbers.
    """
    parts = list(place)
    head = ids.get(str(parts[0]), ()) if len(parts) > 1 else ()
    if head and isinstance(parts[1], int):
        parts[1] = head[parts[1]]
    return ".".join(str(part) for part in parts)


def quoted(line: str, longest: int = 110) -> str:
    """A line in quotes, cut where it would fill the page."""
    line = " ".join(line.split())
    return f"“{line}”" if len(line) <= longest else f"“{line[:longest].rsplit(' ', 1)[0]} …”"
