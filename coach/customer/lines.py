"""The authored lines behind each thing she can do, and which of them are still unsaid."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from coach.customer.parts import NEAREST, Mood, Reaction
from coach.customer.people import ECHO
from coach.customer.scenario import Scenario
from coach.domain import Ending
from coach.language.text import sentences, words

_ECHO = f"{{{ECHO}}}"
_BEGINS = re.compile(rf"(^|[.?!…]\s+[“\"]?|^[“\"]){re.escape(_ECHO)}")
_MAY_COME_TWICE = 3


class Deed(StrEnum):
    """What a part of her line does."""

    REACT = "react"
    TELL = "tell"
    MORE = "more"
    WITHHOLD = "withhold"
    CLUE = "clue"
    WANT = "want"
    WANT_MET = "want_met"
    WANT_DODGED = "want_dodged"
    ANSWER = "answer"
    SIDESTEP = "sidestep"
    BRIDGE = "bridge"
    GO_ON = "go_on"
    TIME_UP = "time_up"
    END = "end"


@dataclass(frozen=True, slots=True)
class Act:
    """A part of her line: what it does, and with what (a fact, a clue, a want, a topic, a reaction, an ending).

    Attributes:
        pick: the one line of its pool that answers what was asked; None: any.
        echo: the trainee's own word, for lines that take it up.
    """

    deed: Deed
    about: str = ""
    pick: int | None = None
    echo: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An authored line; `key` names it for good, so that it is said only once."""

    key: str
    text: str


def unsaid(scenario: Scenario, act: Act, mood: Mood, used: Collection[str]) -> tuple[Line, ...]:
    """The lines for `act` not said yet, those of the nearest mood that has any; empty where all are spent."""
    for name, texts in _pools(scenario, act, mood):
        left = tuple(Line(f"{name}/{i}", echoed(text, act.echo)) for i, text in enumerate(texts)
                     if f"{name}/{i}" not in used and act.pick in (None, i) and (act.echo or _ECHO not in text))
        if left:
            return left
    return ()


def sentences_of(*lines: str) -> frozenset[tuple[str, ...]]:
    """The sentences of `lines` by their words; a few words ("One moment.") may come twice, and are none."""
    said = (words(part.text) for line in lines for part in sentences(line))
    return frozenset(spoken for spoken in said if len(spoken) > _MAY_COME_TWICE)


def echoed(text: str, word: str) -> str:
    """`text` with the trainee's word where it is taken up, with a capital at the beginning of a sentence."""
    return _BEGINS.sub(lambda match: match[1] + word[:1].upper() + word[1:], text).replace(_ECHO, word)


def _pools(scenario: Scenario, act: Act, mood: Mood) -> list[tuple[str, tuple[str, ...]]]:
    """Named pools in the order in which they may serve."""
    deed, about = act.deed, act.about
    if deed is Deed.REACT:
        return _by_mood(f"react/{about}", scenario.reactions[Reaction(about)], mood)
    if deed is Deed.TELL:
        return _by_mood(f"tell/{about}", scenario.fact(about).lines, mood)
    if deed is Deed.GO_ON:
        return _by_mood("go_on", scenario.goes_on, mood)
    if deed is Deed.SIDESTEP:
        return _by_mood("sidestep", scenario.sidesteps, mood)
    flat: dict[Deed, tuple[str, ...]] = {Deed.TIME_UP: scenario.time_up, Deed.BRIDGE: scenario.bridges}
    if deed is Deed.MORE:
        flat[deed] = tuple(detail.line for detail in scenario.fact(about).more)
    elif deed is Deed.WITHHOLD:
        flat[deed] = scenario.fact(about).withheld
    elif deed is Deed.CLUE:
        flat[deed] = tuple(form.line for form in scenario.clue(about).forms)
    elif deed in (Deed.WANT, Deed.WANT_MET, Deed.WANT_DODGED):
        want = scenario.want(about)
        flat[deed] = {Deed.WANT: want.lines, Deed.WANT_MET: want.met, Deed.WANT_DODGED: want.dodged}[deed]
    elif deed is Deed.ANSWER:
        flat[deed] = next(topic.lines for topic in scenario.outside if topic.id == about)
    elif deed is Deed.END:
        flat[deed] = scenario.endings[Ending(about)]
    return [(f"{deed}/{about}", flat[deed])]


def _by_mood(name: str, lines: Mapping[Mood, tuple[str, ...]], mood: Mood) -> list[tuple[str, tuple[str, ...]]]:
    return [(f"{name}/{near}", lines[near]) for near in NEAREST[mood] if near in lines]
