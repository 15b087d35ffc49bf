"""A scenario as data: who the customer is, what she has on her mind, the clues she drops, her words in each mood.

Scenarios are YAML files in `scenarios/` beside this module. Loading one checks that every reference holds and that no line
stands in two places; faults name file and line.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import Field, model_validator

from coach.datafile import DataModel, FieldError, content_hash, load_yaml, read_text
from coach.domain import CustomerState, Ending
from coach.errors import NotFoundError

_FOLDER = Path(__file__).parent / "scenarios"
Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]
Lines = Annotated[tuple[Text, ...], Field(min_length=1)]
Place = tuple[int | str, ...]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class Mood(StrEnum):
    """How she speaks, from the state she is in."""

    WARM = "warm"
    OPEN = "open"
    GUARDED = "guarded"
    COLD = "cold"


# Where a mood has no lines of its own, a neighbouring one speaks; nobody who is cold says something warm.
NEAREST = {
    Mood.WARM: (Mood.WARM, Mood.OPEN),
    Mood.OPEN: (Mood.OPEN, Mood.WARM, Mood.GUARDED),
    Mood.GUARDED: (Mood.GUARDED, Mood.OPEN, Mood.COLD),
    Mood.COLD: (Mood.COLD, Mood.GUARDED),
}
MoodLines = Annotated[Mapping[Mood, Lines], Field(min_length=1)]


class Reaction(StrEnum):
    """What she reacts to in a reply; each has lines in every scenario."""

    ACKNOWLEDGED = "acknowledged"
    ASKED_ABOUT_SELF = "asked_about_self"
    AGENDA_ASIDE = "agenda_aside"
    REFLECTED = "reflected"
    HELP_OFFERED = "help_offered"
    OWNED_MISTAKE = "owned_mistake"
    DISCLOSED = "disclosed"
    CHALLENGED = "challenged"
    DEAL = "deal"
    PITCH = "pitch"
    FALSE_EMPATHY = "false_empathy"
    REASSURED = "reassured"
    ADVISED = "advised"
    SMALL_TALK = "small_talk"
    FLATTERED = "flattered"
    NON_APOLOGY = "non_apology"
    PRESSED = "pressed"
    DISPARAGED = "disparaged"
    RUDE = "rude"
    SILENCE = "silence"
    GIBBERISH = "gibberish"
    OTHER_LANGUAGE = "other_language"
    OUT_OF_CHARACTER = "out_of_character"
    NEXT_STEP = "next_step"
    REPEATED = "repeated"


class Client(DataModel):
    """Who the trainee meets."""

    name: Text
    first_name: Text
    role: Text
    company: Text
    portrait: Text = Field(description="What she is like, for a language model that speaks for her.")


class MeetingPlan(DataModel):
    """What the trainee is told. It gives nothing away."""

    summary: Text = Field(description="One line for the list of meetings.")
    briefing: Text = Field(description="Who you meet and why, a few short paragraphs.")
    planned: Text = Field(description="What the meeting was to be about.")
    you_sell: Text = Field(description="What the trainee's company sells, for answers about it.")


class Fact(DataModel):
    """Something she has on her mind.

    Attributes:
        title: the fact in a short sentence, for the debrief.
        trust: how much trust she needs before she tells it.
        after: facts that must be told first.
        asks: ways to ask for it; matched by meaning.
        lines: how she tells it, by mood.
        more: what else she says about it when asked again; nothing new of weight.
        withheld: what she says when asked before she trusts enough.
        about_self: whether asking for it is asking how she is herself.
    """

    id: Id
    title: Text
    trust: Share
    after: tuple[Id, ...] = ()
    asks: Lines
    lines: MoodLines
    more: Lines
    withheld: Lines
    about_self: bool = False


class ClueForm(DataModel):
    """One way a clue is dropped; `words` is the part of the line worth taking up."""

    line: Text
    words: Text

    @model_validator(mode="after")
    def _words_stand_in_line(self) -> Self:
        if self.words not in self.line:
            raise FieldError(f"the words {self.words!r} do not stand in the line", "words")
        return self


class Clue(DataModel):
    """A hint at a fact, in several forms: passed over, it comes again in another."""

    id: Id
    fact: Id
    forms: Annotated[tuple[ClueForm, ...], Field(min_length=2)]


class Outside(DataModel):
    """A topic outside the story, which she answers in character.

    Attributes:
        after: facts that must be told before; a line may rest on what she has said, and give nothing away.
    """

    id: Id
    after: tuple[Id, ...] = ()
    asks: Lines
    lines: Lines


class Scenario(DataModel):
    """A whole scenario; see the attributes of its parts."""

    id: Id
    version: int = Field(ge=1)
    title: Text
    source: Text
    length: int = Field(ge=4, le=40, description="Replies until her time is up.")
    client: Client
    meeting: MeetingPlan
    start: "StartState"
    opening: Annotated[tuple[ClueForm, ...], Field(min_length=2)]
    opening_fact: Id
    opening_clue: Id
    facts: Annotated[tuple[Fact, ...], Field(min_length=8)]
    clues: Annotated[tuple[Clue, ...], Field(min_length=3)]
    outside: Annotated[tuple[Outside, ...], Field(min_length=4)]
    reactions: Mapping[Reaction, MoodLines]
    goes_on: MoodLines = Field(description="What she says when nothing was asked and nothing is to be told.")
    unknown: MoodLines = Field(description="Her way out of a question that she has no answer to.")
    endings: Mapping[Ending, Lines]
    time_up: Lines = Field(description="Said before the ending when her time is over.")

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        for name, ids in (("facts", [f.id for f in self.facts]), ("clues", [c.id for c in self.clues]),
                          ("outside", [o.id for o in self.outside])):
            _each_once(((one, (name, i, "id")) for i, one in enumerate(ids)), "the id {!r} is used twice")
        facts = {fact.id for fact in self.facts}
        pointers: list[tuple[str, Place]] = [
            (self.opening_fact, ("opening_fact",)), *((clue.fact, ("clues", i, "fact")) for i, clue in enumerate(self.clues)),
            *((other, ("facts", i, "after", j)) for i, fact in enumerate(self.facts) for j, other in enumerate(fact.after)),
            *((other, ("outside", i, "after", j)) for i, one in enumerate(self.outside) for j, other in enumerate(one.after))]
        for other, place in pointers:
            if other not in facts:
                raise FieldError(f"points to the fact {other!r}, which is not there", *place)
        if self.opening_clue not in {clue.id for clue in self.clues}:
            raise FieldError(f"{self.opening_clue!r} is not among the clues", "opening_clue")
        for name, missing in (("reactions", set(Reaction) - set(self.reactions)), ("endings", set(Ending) - set(self.endings))):
            if missing:
                raise FieldError(f"no lines for {', '.join(sorted(missing))}", name)
        # She says each line at most once, which is told by its place.
        _each_once(self._lines(), "the line {!r} stands in two places")
        return self

    def _lines(self) -> Iterator[tuple[str, Place]]:
        """Each line she can say, with its place."""
        pools: list[tuple[Lines, Place]] = [(self.time_up, ("time_up",))]
        pools += [(lines, ("endings", ending)) for ending, lines in self.endings.items()]
        moods: list[tuple[Mapping[Mood, Lines], Place]] = [(self.goes_on, ("goes_on",)), (self.unknown, ("unknown",))]
        moods += [(lines, ("reactions", reaction)) for reaction, lines in self.reactions.items()]
        for i, fact in enumerate(self.facts):
            moods.append((fact.lines, ("facts", i, "lines")))
            pools += [(fact.more, ("facts", i, "more")), (fact.withheld, ("facts", i, "withheld"))]
        pools += [(topic.lines, ("outside", i, "lines")) for i, topic in enumerate(self.outside)]
        pools += [(lines, (*place, mood)) for by_mood, place in moods for mood, lines in by_mood.items()]
        yield from ((line, (*place, n)) for lines, place in pools for n, line in enumerate(lines))
        yield from ((form.line, ("opening", n)) for n, form in enumerate(self.opening))
        for i, clue in enumerate(self.clues):
            yield from ((form.line, ("clues", i, "forms", n)) for n, form in enumerate(clue.forms))

    def fact(self, fact_id: str) -> Fact:
        """The fact with this id."""
        return _named(self.facts, fact_id, f"fact of {self.id!r}")

    def clue(self, clue_id: str) -> Clue:
        """The clue with this id."""
        return _named(self.clues, clue_id, f"clue of {self.id!r}")


_Item = TypeVar("_Item", Fact, Clue)


def _named(items: Iterable[_Item], wanted: str, what: str) -> _Item:
    found = next((item for item in items if item.id == wanted), None)
    if found is None:
        raise NotFoundError(f"There is no {what} with the id {wanted!r}; the scenario has been changed since.")
    return found


def _each_once(found: Iterable[tuple[str, Place]], problem: str) -> None:
    seen: set[str] = set()
    for text, place in found:
        if text in seen:
            raise FieldError(problem.format(text), *place)
        seen.add(text)


class StartState(DataModel):
    """Her state as the meeting begins; see `CustomerState`."""

    trust: Share
    openness: Share
    stress: Share
    patience: Share

    def state(self) -> CustomerState:
        """As the domain's value."""
        return CustomerState(self.trust, self.openness, self.stress, self.patience)


Scenario.model_rebuild()


def load_scenario(path: Path) -> Scenario:
    """Read and check one scenario file.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, Scenario)


def scenario_paths() -> dict[str, Path]:
    """The built-in scenarios by id."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}


@lru_cache
def get_scenario(scenario_id: str) -> Scenario:
    """The built-in scenario with this id.

    Raises:
        NotFoundError: there is none; the message lists those there are.
    """
    paths = scenario_paths()
    if scenario_id not in paths:
        raise NotFoundError(f"There is no scenario {scenario_id!r}. There are: {', '.join(paths)}.")
    return load_scenario(paths[scenario_id])


@lru_cache
def scenario_hash(scenario_id: str) -> str:
    """Content hash of the scenario's file."""
    return content_hash(read_text(scenario_paths()[scenario_id]))
