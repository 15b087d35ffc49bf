"""Levels and temperaments: the same person makes it easier or harder, and no two people are moved alike."""

from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest

from coach.customer.director import decide, opening
from coach.customer.feelings import moved
from coach.customer.lines import Act, Deed
from coach.customer.listening import Heard
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.state import Memory
from coach.customer.topics import Topic
from coach.domain import Behaviour as B
from coach.domain import CustomerState, Level, Meeting, Observation
from coach.errors import SetupError
from coach.language.kind import Kind
from coach.meeting import Practice

STATE = CustomerState(0.4, 0.5, 0.5, 0.8)
KIND = [Observation(behaviour, "words", 0, 0.9) for behaviour in (B.ACKNOWLEDGES, B.REFLECTS_FEELING)]
UNKIND = [Observation(B.TURNS_TO_DEAL, "words", 0, 0.9)]
LEVELS = (Level.EASY, Level.MEDIUM, Level.HARD)


def chance(seed: object) -> Random:
    """Chance that can be repeated."""
    return Random(str(seed))


def asking(*facts: str) -> tuple[Topic, ...]:
    """What a reply asks for that asks for these facts, the first the most plainly."""
    return tuple(Topic(Act(Deed.TELL, fact), 0.2 - i / 100, i) for i, fact in enumerate(facts))


def falls(values: list[float]) -> bool:
    return all(one > other for one, other in pairwise(values))


@pytest.fixture
def at(rules: Rules) -> Callable[[Level], Rules]:
    return lambda level: rules.at(level, "dry")


def test_an_easy_meeting_begins_with_more_trust_and_patience_a_hard_one_with_less(
    scenario: Scenario, at: Callable[[Level], Rules]
) -> None:
    starts = [opening(scenario, at(level)).state for level in LEVELS]
    assert falls([state.trust for state in starts])
    assert falls([state.patience for state in starts])
    assert starts[1] == scenario.start.state()
    assert {(state.openness, state.stress) for state in starts} == {(scenario.start.openness, scenario.start.stress)}


def test_the_harder_the_less_is_won_the_more_is_lost_and_the_more_is_needed(
    scenario: Scenario, at: Callable[[Level], Rules]
) -> None:
    assert falls([moved(at(level), STATE, KIND, Kind.NORMAL).trust for level in LEVELS])
    assert falls([moved(at(level), STATE, UNKIND, Kind.NORMAL).trust for level in LEVELS])
    fact = scenario.fact("own_job")
    assert falls([-at(level).needs(scenario, fact) for level in LEVELS])
    assert all(at(level).needs(scenario, scenario.fact(scenario.opening_fact)) == 0 for level in LEVELS)


@pytest.mark.parametrize("level", LEVELS)
def test_a_second_thing_at_once_takes_the_more_trust_the_harder_it_is(
    scenario: Scenario, at: Callable[[Level], Rules], level: Level
) -> None:
    heard = Heard(Kind.NORMAL, topics=asking("floor"), room=True, goes_on=True, question=True)

    def most(trust: float) -> int:
        memory = Memory(state=CustomerState(trust, 0.9, 0.3, 0.9), told=("acquired",), turn=3)
        return max(len(decide(scenario, at(level), memory, [], heard, chance(seed)).move.facts) for seed in range(30))

    second = at(level).hardness.second
    assert (most(second + 0.05), most(second - 0.05)) == (2, 1)
    assert falls([-at(one).hardness.second for one in LEVELS])


@pytest.mark.parametrize(("level", "place"), [(Level.EASY, 0), (Level.HARD, -1)])
def test_hints_come_plain_first_or_faint_first(
    scenario: Scenario, at: Callable[[Level], Rules], level: Level, place: int
) -> None:
    clue = scenario.clue("people")
    passed = Memory(state=STATE, told=("acquired",), turn=3, clue="people", used=("opening/0",))
    forms = list(range(len(clue.forms)))
    for seed in range(10):
        used: tuple[str, ...] = ()
        for expected in (forms if place == 0 else forms[::-1])[:2]:
            memory = passed.spend(used)
            decision = decide(scenario, at(level), memory, [], Heard(Kind.NORMAL), chance(seed))
            assert [act for act in decision.acts if act.deed is Deed.CLUE] == [Act(Deed.CLUE, "people", expected)]
            used = (*used, f"clue/people/{expected}")


def test_at_the_middle_level_any_form_may_come(scenario: Scenario, at: Callable[[Level], Rules]) -> None:
    passed = Memory(state=STATE, told=("acquired",), turn=3, clue="people")
    decision = decide(scenario, at(Level.MEDIUM), passed, [], Heard(Kind.NORMAL), chance(1))
    assert [act for act in decision.acts if act.deed is Deed.CLUE] == [Act(Deed.CLUE, "people", None)]


def test_what_lies_nearest_to_a_person_is_told_a_little_sooner(scenarios: Scenarios, rules: Rules) -> None:
    maren, tunde = (scenarios.cast("acquisition-news", one) for one in ("maren", "tunde"))
    assert maren.client.cares_about != tunde.client.cares_about
    nearest = maren.fact(maren.client.cares_about)
    others = rules.needs(tunde, tunde.fact(nearest.id))
    assert others == pytest.approx(nearest.trust + rules.hardness.guard)
    assert rules.needs(maren, nearest) == pytest.approx(others - rules.cares_less)
    state = CustomerState(others - rules.cares_less / 2, 0.5, 0.5, 0.8)
    memory = Memory(state=state, told=("acquired", *nearest.after), turn=3)
    heard = Heard(Kind.NORMAL, topics=asking(nearest.id), question=True)
    told = [nearest.id in decide(one, rules, memory, [], heard, chance(1)).move.facts for one in (maren, tunde)]
    assert told == [True, False]


def test_tempers_colour_what_is_won_lost_and_put_up_with(rules: Rules) -> None:
    of = {name: rules.at(Level.MEDIUM, name) for name in rules.temperaments}
    assert moved(of["warm"], STATE, KIND, Kind.NORMAL).trust > moved(of["proud"], STATE, KIND, Kind.NORMAL).trust
    assert moved(of["warm"], STATE, UNKIND, Kind.NORMAL).trust < moved(of["blunt"], STATE, UNKIND, Kind.NORMAL).trust
    assert moved(of["brisk"], STATE, UNKIND, Kind.NORMAL).patience < moved(of["warm"], STATE, UNKIND, Kind.NORMAL).patience
    for name, own in of.items():
        assert moved(own, STATE, KIND, Kind.NORMAL).trust == pytest.approx(
            STATE.trust + own.temper.gain * (moved(of["dry"], STATE, KIND, Kind.NORMAL).trust - STATE.trust), abs=2e-4), name


def test_a_temperament_that_is_not_there_is_told(rules: Rules) -> None:
    with pytest.raises(SetupError, match=r"no temperament 'merry' in director\.yaml\. There are: dry, "):
        rules.at(Level.EASY, "merry")


def test_rules_at_a_level_leave_the_others_alone(rules: Rules) -> None:
    hard = rules.at(Level.HARD, "proud")
    assert (hard.level, hard.temperament) == (Level.HARD, "proud")
    assert (rules.level, rules.temperament) == (Level.MEDIUM, "dry")
    assert hard.hardness == rules.levels[Level.HARD]
    assert hard.temper == rules.temperaments["proud"]


def test_the_same_replies_hear_more_the_easier_it_is(practice: Practice, seed_for: Callable[..., int]) -> None:
    """Over several meetings: by chance a single one may go either way."""
    replies = (
        "That is big news. How are you doing?",
        "Let's leave the project for today. How are people taking it?",
        "It sounds as if that weighs on you. Who are you most worried about?",
        "How did you find out yourself?",
        "Who decides things now?",
        "What does all this mean for you personally?",
    )

    def heard(level: Level) -> tuple[float, float]:
        facts, trust = 0, 0.0
        for nth in range(6):
            meeting: Meeting = practice.begin("acquisition-news", "ada", seed_for("maren", nth), level)
            assert meeting.level is level
            for number, reply in enumerate(replies, start=1):
                if practice.reply(meeting.id, "ada", number, reply).move.ending:
                    break
            kept = practice.get(meeting.id, "ada")
            assert kept.level is level
            facts += sum(len(exchange.move.facts) for exchange in kept.exchanges)
            trust += kept.exchanges[-1].state.trust
        return facts, trust

    easy, medium, hard = (heard(level) for level in LEVELS)
    assert easy[0] > medium[0] > hard[0]
    assert easy[1] > medium[1] > hard[1]
