"""The scenario that ships, heard and spoken by the real parts; and whole meetings played against it in no time."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from coach.coaching.tips import Situation, Tips
from coach.customer.lines import Act, Deed, unsaid
from coach.customer.listening import Ear
from coach.customer.rules import Rules, load_rules
from coach.customer.scenario import Mood, Reaction, Scenario, get_scenario
from coach.customer.voice import EmbeddedVoice
from coach.domain import Ending, Meeting, Tip
from coach.language.embeddings import Embedder
from coach.meeting import Practice
from coach.records import open_repository
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric

Say = Callable[[Meeting], str]
"""What a trainee says next, given the meeting so far."""


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return get_scenario("acquisition-news")


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()


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
    acts = [
        Act(Deed.GO_ON),
        Act(Deed.UNKNOWN),
        Act(Deed.TIME_UP),
        *(Act(Deed.REACT, reaction.value) for reaction in Reaction),
        *(Act(deed, fact.id) for fact in scenario.facts for deed in (Deed.TELL, Deed.MORE, Deed.WITHHOLD)),
        *(Act(Deed.CLUE, clue.id) for clue in scenario.clues),
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
def practice(embedder: Embedder, detector: Detector, rubric: Rubric, rules: Rules) -> Iterator[Practice]:
    """The real use case on the embedded engine, with records in memory and without tips."""
    records = open_repository("sqlite://")
    yield Practice(
        records=records,
        observer=detector,
        voice=EmbeddedVoice(),
        embedder=embedder,
        tips=_NoTips(),
        rubric=rubric,
        rules=rules,
        engine="embedded",
    )
    records.close()


@pytest.fixture(scope="session")
def play(practice: Practice) -> Callable[[Say, int, int], Meeting]:
    """Plays a meeting: what the trainee says, the seed, and how many replies at most."""

    def played(say: Say, seed: int, replies: int) -> Meeting:
        meeting = practice.begin("acquisition-news", "ada", seed)
        while meeting.ended_at is None and len(meeting.exchanges) <= replies:
            practice.reply(meeting.id, "ada", len(meeting.exchanges), say(meeting))
            meeting = practice.get(meeting.id, "ada")
        return meeting

    return played
