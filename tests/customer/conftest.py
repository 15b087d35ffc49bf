"""A scenario that ships, heard and spoken by the real parts; and whole meetings played against it in no time."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from coach.coaching.tips import Situation, Tips
from coach.customer.lines import Act, Deed, unsaid
from coach.customer.listening import Ear
from coach.customer.parts import Mood, Reaction
from coach.customer.people import ECHO
from coach.customer.rules import Rules, load_rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice
from coach.domain import Ending, Level, Meeting, Tip
from coach.encounter import Encounter
from coach.language.embeddings import Embedder
from coach.llm.ledger import Caps, Ledger
from coach.llm.prices import load_prices
from coach.meeting import Practice
from coach.records import open_repository
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric

Say = Callable[[Meeting], str]
"""What a trainee says next, given the meeting so far."""


@pytest.fixture(scope="session")
def scenario(scenarios: Scenarios) -> Scenario:
    """The acquisition as Maren lives it."""
    return scenarios.cast("acquisition-news", "maren")


@pytest.fixture(scope="session")
def rules(scenario: Scenario) -> Rules:
    """The rules of a meeting with Maren at the middle level."""
    return load_rules().at(Level.MEDIUM, scenario.client.temperament)


@pytest.fixture(scope="session")
def ear(scenario: Scenario, embedder: Embedder, rules: Rules) -> Ear:
    return Ear(scenario, embedder, rules.thresholds)


@pytest.fixture(scope="session")
def lines_of() -> Callable[[Scenario], dict[str, str]]:
    """Gives every line that a scenario's customer can say after the opening, by its key."""
    return all_lines


@pytest.fixture(scope="session")
def lines(scenario: Scenario) -> Mapping[str, str]:
    """Every line she can ever say after the opening, by its key."""
    return all_lines(scenario)


def all_lines(scenario: Scenario) -> dict[str, str]:
    """Each with `{echo}` still open where it takes up a word of the trainee's."""
    acts = [
        Act(Deed.GO_ON),
        Act(Deed.SIDESTEP),
        Act(Deed.BRIDGE),
        Act(Deed.TIME_UP),
        *(Act(Deed.REACT, reaction.value, echo=f"{{{ECHO}}}") for reaction in Reaction),
        *(Act(deed, fact.id) for fact in scenario.facts for deed in (Deed.TELL, Deed.MORE, Deed.WITHHOLD)),
        *(Act(Deed.CLUE, clue.id) for clue in scenario.clues),
        *(Act(deed, want.id) for want in scenario.wants for deed in (Deed.WANT, Deed.WANT_MET, Deed.WANT_DODGED)),
        *(Act(Deed.ANSWER, topic.id) for topic in scenario.outside),
        *(Act(Deed.END, ending.value) for ending in Ending),
    ]
    found: dict[str, str] = {}
    for act in acts:
        for mood in Mood:
            while left := unsaid(scenario, act, mood, found):
                found |= {line.key: line.text for line in left}
    return found


class _NoTips(Tips):
    """Tips cost a search; here nobody reads them."""

    def __init__(self) -> None:
        pass

    def tip(self, situation: Situation, given: object = ()) -> Tip | None:
        return None


@pytest.fixture(scope="session")
def practice(scenarios: Scenarios, embedder: Embedder, detector: Detector, rubric: Rubric) -> Iterator[Practice]:
    """The real use case on the embedded engine, with records in memory and without tips."""
    records = open_repository("sqlite://")
    yield Practice(
        records=records,
        encounter=Encounter(scenarios, detector, EmbeddedVoice(), embedder, load_rules()),
        tips=_NoTips(),
        rubric=rubric,
        engine="embedded",
        ledger=Ledger(load_prices(), Caps(), lambda: records),
    )
    records.close()


@pytest.fixture(scope="session")
def play(practice: Practice, seed_for: Callable[..., int]) -> Callable[..., Meeting]:
    """Plays a meeting: what the trainee says, which of the seeds that draw the person, how many replies at most, and whom."""

    def played(say: Say, nth: int, replies: int, person: str = "maren") -> Meeting:
        meeting = practice.begin("acquisition-news", "ada", seed_for(person, nth))
        assert meeting.person == person
        while meeting.ended_at is None and len(meeting.exchanges) <= replies:
            practice.reply(meeting.id, "ada", len(meeting.exchanges), say(meeting))
            meeting = practice.get(meeting.id, "ada")
        return meeting

    return played
