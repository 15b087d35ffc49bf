"""A scenario as data: what the customer has on her mind, the clues she drops, her words in each mood, how it may end.

Here it is cast: one person, every word filled in. The file that it comes from, with all its people, is `script.py`'s.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import Field, model_validator

from coach.customer.parts import (
    Clue,
    ClueForm,
    Fact,
    Id,
    Lines,
    Mood,
    MoodLines,
    Outside,
    Reaction,
    Share,
    Text,
    Want,
)
from coach.customer.people import Client
from coach.datafile import DataModel, FieldError
from coach.domain import CustomerState, Ending
from coach.errors import NotFoundError

Place = tuple[int | str, ...]


class Goal(StrEnum):
    """What a meeting is for."""

    SALES = "sales"
    """Trust, on which a deal may one day rest."""
    INTERVIEW = "interview"
    """What was learned."""


class MeetingPlan(DataModel):
    """What the trainee is told. It gives nothing away."""

    summary: Text = Field(description="One line for the list of meetings.")
    briefing: Text = Field(description="Who you meet and why, a few short paragraphs.")
    planned: Text = Field(description="What the meeting was to be about.")
    you_sell: Text = Field(description="What the trainee's company sells, for answers about it.")


class StartState(DataModel):
    """Her state as the meeting begins, at the middle level; see `CustomerState`."""

    trust: Share
    openness: Share
    stress: Share
    patience: Share

    def state(self) -> CustomerState:
        """As the domain's value."""
        return CustomerState(self.trust, self.openness, self.stress, self.patience)


class Story(DataModel):
    """All of a scenario but the person; see the attributes of its parts."""

    id: Id
    version: int = Field(ge=1)
    title: Text
    source: Text = Field(description="The book or article that the situation comes from: author, title.")
    goal: Goal
    length: int = Field(ge=4, le=40, description="Replies until her time is up.")
    meeting: MeetingPlan
    start: StartState
    invited: Mapping[str, int] = Field({}, description="What she has asked for herself, by the last reply that may do it: "
                                             "until then it costs nothing with her.")
    opening: Annotated[tuple[ClueForm, ...], Field(min_length=2)]
    opening_fact: Id
    opening_clue: Id
    facts: Annotated[tuple[Fact, ...], Field(min_length=8)]
    clues: Annotated[tuple[Clue, ...], Field(min_length=3)]
    wants: Annotated[tuple[Want, ...], Field(min_length=2)]
    outside: Annotated[tuple[Outside, ...], Field(min_length=4)]
    reactions: Mapping[Reaction, MoodLines]
    goes_on: MoodLines = Field(description="What she says when nothing was asked and nothing is to be told.")
    sidesteps: MoodLines = Field(description="Her way past a question that no line of hers answers.")
    bridges: Lines = Field(description="A few words that lead from one thing to another of her own.")
    endings: Mapping[Ending, Lines]
    time_up: Lines = Field(description="Said before the ending when her time is over.")

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        for name, ids in (("facts", [f.id for f in self.facts]), ("clues", [c.id for c in self.clues]),
                          ("outside", [o.id for o in self.outside]), ("wants", [w.id for w in self.wants])):
            each_once(((one, (name, i, "id")) for i, one in enumerate(ids)), "the id {!r} is used twice")
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
        each_once(self.lines(), "the line {!r} stands in two places")
        return self

    def lines(self) -> Iterator[tuple[str, Place]]:
        """Each line she can say, with its place."""
        pools: list[tuple[Lines, Place]] = [(self.time_up, ("time_up",)), (self.bridges, ("bridges",))]
        pools += [(lines, ("endings", ending)) for ending, lines in self.endings.items()]
        moods: list[tuple[Mapping[Mood, Lines], Place]] = [(self.goes_on, ("goes_on",)), (self.sidesteps, ("sidesteps",))]
        moods += [(lines, ("reactions", reaction)) for reaction, lines in self.reactions.items()]
        for i, fact in enumerate(self.facts):
            moods.append((fact.lines, ("facts", i, "lines")))
            details = tuple(detail.line for detail in fact.more)
            pools += [(details, ("facts", i, "more")), (fact.withheld, ("facts", i, "withheld"))]
        for i, want in enumerate(self.wants):
            pools += [(lines, ("wants", i, name)) for name, lines in (("lines", want.lines), ("met", want.met),
                                                                      ("dodged", want.dodged))]
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

    def want(self, want_id: str) -> Want:
        """The want with this id."""
        return _named(self.wants, want_id, f"want of {self.id!r}")


class Scenario(Story):
    """A story with the person who lives it, every slot filled."""

    client: Client


_Item = TypeVar("_Item", Fact, Clue, Want)


def _named(items: Iterable[_Item], wanted: str, what: str) -> _Item:
    found = next((item for item in items if item.id == wanted), None)
    if found is None:
        raise NotFoundError(f"There is no {what} with the id {wanted!r}; the scenario has been changed since.")
    return found


def each_once(found: Iterable[tuple[str, Place]], problem: str) -> None:
    """Check that no text of `found` comes twice.

    Raises:
        FieldError: one does; `problem` says it, at the place of the second.
    """
    seen: set[str] = set()
    for text, place in found:
        if text in seen:
            raise FieldError(problem.format(text), *place)
        seen.add(text)
