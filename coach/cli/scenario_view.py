"""A scenario as its author reads it in a terminal, with all that is hidden."""

from collections.abc import Mapping

import click

from coach.cli.terminal import flowing, one_line, say
from coach.customer.parts import Fact, Mood
from coach.customer.people import Person
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.script import Script
from coach.domain import Level

# So many questions show what a fact is asked by.
_ASKS_SHOWN = 4


def show(script: Script, person: Person, rules: Rules) -> None:
    """The scenario as this person lives it: what the trainee reads, what she says first, what she has on her mind."""
    cast = script.cast(person)
    levels = {level: rules.at(level, rules.temperament) for level in Level}
    _head(f"{cast.title} ({cast.id})")
    others = ", ".join(one.id for one in script.people if one.id != person.id)
    say(f"With {person.name}, {person.role}, {person.company} ({person.id}, {person.temperament})"
        f"{f'; there are also {others}' if others else ''}.")
    say()
    say(flowing(cast.meeting.briefing))
    say()
    say(f"Planned: {cast.meeting.planned}")
    _head("Opening")
    for form in cast.opening:
        say(form.line, "  • ")
        say(f"to take up: “{form.words}”", "    ")
    for fact in cast.facts:
        _fact(cast, fact, levels)


def _fact(cast: Scenario, fact: Fact, levels: Mapping[Level, Rules]) -> None:
    """What a fact needs, how it is asked for, told, kept back and hinted at."""
    _head(f"{fact.id}: {fact.title}")
    needed = ", ".join(f"{at.needs(cast, fact):.2f} {level.value}" for level, at in levels.items())
    after = f"; after {', '.join(fact.after)}" if fact.after else ""
    say(f"Needs trust {needed}{after}", "  ")
    more = len(fact.asks) - _ASKS_SHOWN
    asks = " ".join(f"“{ask}”" for ask in fact.asks[:_ASKS_SHOWN])
    say(f"Asked by {asks}{f' and {more} more' if more > 0 else ''}", "  ")
    for mood in Mood:
        for line in fact.lines.get(mood, ()):
            say(line, f"  {mood.value:<9} ")
    for detail in fact.more:
        say(f"{detail.line} (“{detail.asks[0]}”)", f"  {'more':<9} ")
    for line in fact.withheld:
        say(line, f"  {'withheld':<9} ")
    for clue in cast.clues:
        if clue.fact == fact.id:
            for form in clue.forms:
                say(f"{form.line} (“{form.words}”)", f"  {'hint':<9} ")


def _head(text: str) -> None:
    say()
    click.echo(click.style(one_line(text), bold=True))
