"""What the customer had on their mind: which reply opened each thing, and what would have opened the rest."""

from dataclasses import dataclass

from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.domain import Meeting


@dataclass(frozen=True, slots=True)
class Opened:
    """A fact that was told: after which reply, and the reply's words; reply 0 is the opening line, which answers none."""

    title: str
    reply: int
    words: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact that was kept, and what stood in its way, in words. It is what the rules say, and no promise."""

    title: str
    would: str


def opened(meeting: Meeting, scenario: Scenario) -> tuple[Opened, ...]:
    """The facts told, in order."""
    # A fact that has been taken out of the scenario since has no title any more.
    titles = {fact.id: fact.title for fact in scenario.facts}
    return tuple(Opened(titles[fact], exchange.number, exchange.reply)
                 for exchange in meeting.exchanges for fact in exchange.move.facts if fact in titles)


def kept(meeting: Meeting, scenario: Scenario, rules: Rules) -> tuple[Kept, ...]:
    """The facts not told, what lay nearest to being told first."""
    told = {fact for exchange in meeting.exchanges for fact in exchange.move.facts}
    left = sorted((fact for fact in scenario.facts if fact.id not in told), key=lambda fact: rules.needs(scenario, fact))
    most = max(exchange.state.trust for exchange in meeting.exchanges)
    passed = {exchange.move.clue_missed: exchange.number for exchange in meeting.exchanges}
    hints = {clue.fact: passed[clue.id] for clue in scenario.clues if clue.id in passed}
    found = []
    for fact in left:
        needs, would = rules.needs(scenario, fact), []
        if most < needs:
            would.append(f"It takes trust of about {_points(needs)} of 100; it came to {_points(most)} at the most.")
        first = [scenario.fact(other).title for other in fact.after if other not in told]
        if first:
            would.append(f"It comes only after another thing has been told: {first[0]}")
        if fact.id in hints:
            would.append(f"There was a hint at it, which went by at reply {hints[fact.id]}.")
        would.append(f"A way to ask, once it is time: “{fact.asks[0]}”")
        found.append(Kept(fact.title, " ".join(would)))
    return tuple(found)


def _points(share: float) -> int:
    return round(100 * share)
