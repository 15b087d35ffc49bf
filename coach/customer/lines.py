"""The authored lines behind each thing she can do, and which of them are still unsaid."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from coach.customer.scenario import NEAREST, Mood, Reaction, Scenario
from coach.domain import Ending


class Deed(StrEnum):
    """What a part of her line does."""

    REACT = "react"
    TELL = "tell"
    MORE = "more"
    WITHHOLD = "withhold"
    CLUE = "clue"
    ANSWER = "answer"
    UNKNOWN = "unknown"
    GO_ON = "go_on"
    TIME_UP = "time_up"
    END = "end"


@dataclass(frozen=True, slots=True)
class Act:
    """A part of her line: what it does, and with what (a fact, a clue, a topic, a reaction, an ending).

    Attributes:
        pick: the one line of its pool that answers what was asked; None: any.
    """

    deed: Deed
    about: str = ""
    pick: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An authored line; `key` names it for good, so that it is said only once."""

    key: str
    text: str


def unsaid(scenario: Scenario, act: Act, mood: Mood, used: Collection[str]) -> tuple[Line, ...]:
    """The lines for `act` not said yet, those of the nearest mood that has any; empty where all are spent."""
    for name, texts in _pools(scenario, act, mood):
        left = tuple(Line(f"{name}/{i}", text) for i, text in enumerate(texts)
                     if f"{name}/{i}" not in used and act.pick in (None, i))
        if left:
            return left
    return ()


def _pools(scenario: Scenario, act: Act, mood: Mood) -> list[tuple[str, tuple[str, ...]]]:
    """Named pools in the order in which they may serve."""
    deed, about = act.deed, act.about
    if deed is Deed.REACT:
        return _by_mood(f"react/{about}", scenario.reactions[Reaction(about)], mood)
    if deed is Deed.TELL:
        return _by_mood(f"tell/{about}", scenario.fact(about).lines, mood)
    if deed is Deed.GO_ON:
        return _by_mood("go_on", scenario.goes_on, mood)
    if deed is Deed.UNKNOWN:
        return _by_mood("unknown", scenario.unknown, mood)
    flat: dict[Deed, tuple[str, ...]] = {Deed.TIME_UP: scenario.time_up}
    if deed is Deed.MORE:
        flat[deed] = scenario.fact(about).more
    elif deed is Deed.WITHHOLD:
        flat[deed] = scenario.fact(about).withheld
    elif deed is Deed.CLUE:
        flat[deed] = tuple(form.line for form in scenario.clue(about).forms)
    elif deed is Deed.ANSWER:
        flat[deed] = next(topic.lines for topic in scenario.outside if topic.id == about)
    elif deed is Deed.END:
        flat[deed] = scenario.endings[Ending(about)]
    return [(f"{deed}/{about}", flat[deed])]


def _by_mood(name: str, lines: Mapping[Mood, tuple[str, ...]], mood: Mood) -> list[tuple[str, tuple[str, ...]]]:
    return [(f"{name}/{near}", lines[near]) for near in NEAREST[mood] if near in lines]
