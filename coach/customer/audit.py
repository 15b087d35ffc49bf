"""Whether the customer herself erred: told too early, contradicted herself, said a thing twice, stepped out, gave in too soon.

Runs on every line of every meeting, whoever worded it; a meeting in which she erred is marked, since a score from it may be
unfair. Of what the embedded voice says only the telling and the repeating are looked at: its words are the authors' own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.customer.leak_check import Secrets, numbers
from coach.customer.line_check import said_before
from coach.customer.line_patterns import agrees, coaches, speaks_for_seller, steps_out
from coach.customer.parts import Mood
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.domain import Ending, Exchange
from coach.language.text import sentences

# Smaller numbers are said in passing.
_TELLING_NUMBER = 11


class Lapse(StrEnum):
    """How she erred; the value is how the records name it."""

    EARLY = "told too early"
    CONTRADICTION = "contradicts what is known of her"
    REPETITION = "said before"
    CHARACTER = "out of character"
    AGREEMENT = "gave in too soon"


@dataclass(frozen=True, slots=True)
class Told:
    """What stood open when a line was said: facts told with it and before it, and what either side had said."""

    facts: tuple[str, ...]
    before: tuple[str, ...]
    lines: tuple[str, ...]
    replies: tuple[str, ...]


def audit(scenario: Scenario, rules: Rules, secrets: Callable[[], Secrets], earlier: Sequence[Exchange],
          exchange: Exchange, authored: str = "") -> tuple[Lapse, ...]:
    """How she erred in the line of `exchange`, which follows `earlier`; empty: she did not.

    Args:
        scenario: as the person of the meeting lives it; `rules` at its level.
        secrets: gives those of the scenario; asked for where a model worded the line.
        earlier: all exchanges before, the opening's first.
        exchange: the one that is looked at.
        authored: the line as the authors have it; what stands there is no error of the model that said it anew.
    """
    told = Told(
        exchange.move.facts, tuple(fact for one in earlier for fact in one.move.facts), tuple(one.line for one in earlier),
        tuple(one.reply for one in (*earlier, exchange)))
    found = [Lapse.EARLY] if _too_early(scenario, rules, told, exchange.state.trust) else []
    if any(said_before(part.text, tuple(p.text for line in told.lines for p in sentences(line)))
           for part in sentences(exchange.line)):
        found.append(Lapse.REPETITION)
    if not exchange.voice.startswith("embedded"):
        found += _in_words(scenario, secrets(), told, exchange, authored)
    return tuple(dict.fromkeys(found))


def _too_early(scenario: Scenario, rules: Rules, told: Told, trust: float) -> bool:
    facts = [scenario.fact(fact) for fact in told.facts]
    return any(rules.needs(scenario, fact) > trust or not set(fact.after) <= {*told.before, *told.facts} for fact in facts)


def _in_words(scenario: Scenario, secrets: Secrets, told: Told, exchange: Exchange, authored: str) -> list[Lapse]:
    """What a line in a model's own words may do wrong."""
    line, found = exchange.line, []
    hidden = secrets.hidden((*told.before, *told.facts), (*told.lines, *told.replies, authored))
    if hidden.leaks(line):
        found.append(Lapse.EARLY)
    known = numbers(" \n".join((*(text for text, _ in scenario.lines()), *secrets.public, *told.lines, *told.replies)))
    if any(number >= _TELLING_NUMBER for number in numbers(line) - known):
        found.append(Lapse.CONTRADICTION)
    if any(does(line) and not does(authored) for does in (steps_out, speaks_for_seller, coaches)):
        found.append(Lapse.CHARACTER)
    closed = exchange.move.mood in (Mood.GUARDED, Mood.COLD)
    yes = any(agrees(part.text) and part.text not in authored for part in sentences(line))
    if closed and exchange.move.ending is not Ending.COMMITTED and yes:
        found.append(Lapse.AGREEMENT)
    return found
