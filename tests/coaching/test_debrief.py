"""The debrief tells the meeting back: what it says happened did happen."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from coach.coaching.debrief import MomentKind, clue_words, debrief
from coach.coaching.secrets import Opened, kept, opened
from coach.customer.rules import Rules, load_rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.domain import (
    Behaviour,
    Citation,
    CustomerState,
    Ending,
    Event,
    Exchange,
    Level,
    Meeting,
    Move,
    Observation,
    ReplyScore,
    ScoreSource,
    Tip,
)
from coach.scoring.coverage import Coverage
from coach.scoring.rubric import Rubric

AT = datetime(2026, 3, 2, tzinfo=UTC)
SOURCE = ScoreSource("embedded", "m", "", "1")
MAREN = Scenarios().cast("acquisition-news", "maren")
RULES = load_rules().at(Level.MEDIUM, MAREN.client.temperament)
OPENING = Exchange(
    0,
    "",
    MAREN.opening[0].line,
    CustomerState(0.32, 0.3, 0.7, 0.7),
    Move("open", "guarded", facts=("acquired",), clue_dropped="may_go"),
    {},
    "embedded",
    AT,
)


@pytest.fixture
def scenario() -> Scenario:
    return MAREN


def tip(card: str) -> Tip:
    return Tip(f"Tip of {card}.", Citation(f"{card}#x", card, "T", "F", "S", "A", "Words."))


def exchange(
    number: int,
    trust: float,
    *behaviours: str,
    empathy: int = 50,
    selling: int = 10,
    deal_first: bool = False,
    card: str = "",
    line: str = "Hm.",
    met: str = "",
    missed: str = "",
    facts: tuple[str, ...] = (),
) -> Exchange:
    reply = " ".join(f"{behaviour}." for behaviour in behaviours) or "Well."
    seen = tuple(Observation(behaviour, f"{behaviour}.", reply.index(behaviour)) for behaviour in behaviours)
    score = ReplyScore(empathy, selling, 50, False, seen, (), (Event.DEAL_BEFORE_PERSON,) if deal_first else (), 0.9, SOURCE)
    move = Move("listen", "guarded", facts=facts, clue_met=met, clue_missed=missed)
    return Exchange(
        number, reply, line, CustomerState(trust, 0.3, 0.7, 0.7), move, {}, "embedded", AT, score, tip(card) if card else None
    )


def meeting(*exchanges: Exchange, ending: Ending | None = None) -> Meeting:
    return Meeting(
        "m", "acquisition-news", "h", 1, "ada", "embedded", AT, AT if ending else None, ending, (OPENING, *exchanges),
        person="maren",
    )


@pytest.mark.parametrize(
    ("exchanges", "ending", "headline"),
    [
        ((), Ending.FLAT, "You met Maren, and the meeting ended before you said anything."),
        ((), None, "You have met Maren, and have not said anything yet."),
        (
            (exchange(1, 0.2, "turns_to_deal", selling=51, empathy=4, deal_first=True),),
            Ending.LEFT,
            "Maren ended it. The business came before the person, and there was not enough patience left to wait.",
        ),
        (
            (exchange(1, 0.2, "turns_to_deal", selling=51, empathy=4, deal_first=True),),
            Ending.EXCUSED,
            "Maren ended it. The business came before the person, and there was not enough patience left to wait.",
        ),
        ((exchange(1, 0.3, empathy=26),), Ending.EXCUSED, "Maren ended it. There was not enough patience left to go on."),
        (
            (exchange(1, 0.7, "acknowledges", empathy=75, facts=("floor", "team")),),
            Ending.COMMITTED,
            "You stayed with the person throughout, and heard three of the eight things on Maren’s mind.",
        ),
        ((exchange(1, 0.1, empathy=26),), Ending.LEFT, "Maren ended it. There was not enough patience left to go on."),
        (
            (exchange(1, 0.2, "turns_to_deal", deal_first=True), exchange(2, 0.4)),
            None,
            "You asked about the project before you asked about Maren, then you found your way back.",
        ),
        (
            (exchange(1, 0.2, "turns_to_deal", deal_first=True), exchange(2, 0.1)),
            Ending.FLAT,
            "You asked about the project before you asked about Maren, and Maren noticed.",
        ),
        (
            (exchange(1, 0.4, "acknowledges", empathy=75, facts=("floor", "team")),),
            Ending.WELL,
            "You stayed with the person throughout, and heard three of the eight things on Maren’s mind.",
        ),
        (
            (exchange(1, 0.3, empathy=26), exchange(2, 0.3, empathy=20)),
            Ending.FLAT,
            "You kept the business out of it, but Maren got little from you either, and you heard one of the eight things on "
            "Maren’s mind.",
        ),
        (
            (exchange(1, 0.4), exchange(2, 0.3, "pitch")),
            None,
            "There was little for Maren in what came first; at reply 2 it was the business.",
        ),
        (
            (exchange(1, 0.4, "invites_more"), exchange(2, 0.3, "pitch")),
            None,
            "You stayed with Maren for one reply; at reply 2 the business came back.",
        ),
        (
            (exchange(1, 0.4), exchange(2, 0.4, "acknowledges"), exchange(3, 0.4), exchange(4, 0.3, "turns_to_deal")),
            None,
            "You stayed with Maren for three replies; at reply 4 the business came back.",
        ),
        (
            (exchange(1, 0.4, "acknowledges", "turns_to_deal"),),
            None,
            "Person and business came in one breath, and you heard one of the eight things on Maren’s mind.",
        ),
    ],
)
def test_the_headline(
    rubric: Rubric,
    scenario: Scenario,
    coverage: Coverage,
    exchanges: tuple[Exchange, ...],
    ending: Ending | None,
    headline: str,
) -> None:
    assert debrief(meeting(*exchanges, ending=ending), scenario, RULES, rubric, coverage).headline == headline


def test_what_she_told_and_what_she_kept(rubric: Rubric, scenario: Scenario, coverage: Coverage) -> None:
    told = debrief(meeting(exchange(1, 0.4, facts=("team", "floor"))), scenario, RULES, rubric, coverage)
    titles = {fact.id: fact.title for fact in scenario.facts}
    assert [one.title for one in told.told] == [titles["acquired"], titles["team"], titles["floor"]]
    assert len(told.kept) == len(titles) - 3
    assert {one.title for one in told.kept} == set(titles.values()) - {one.title for one in told.told}


class TestSecrets:
    """What opened each thing, and what stood in the way of the rest."""

    def test_each_thing_told_with_the_reply_that_opened_it(self, scenario: Scenario) -> None:
        one = exchange(1, 0.4, "acknowledges", facts=("floor", "team"))
        two = exchange(3, 0.5, "open_question", facts=("own_job",))
        told = opened(meeting(one, exchange(2, 0.4), two), scenario)
        titles = {fact.id: fact.title for fact in scenario.facts}
        assert told == (
            Opened(titles["acquired"], 0, ""),
            Opened(titles["floor"], 1, "acknowledges."),
            Opened(titles["team"], 1, "acknowledges."),
            Opened(titles["own_job"], 3, "open_question."),
        )

    def would(self, scenario: Scenario, fact: str, *exchanges: Exchange, rules: Rules = RULES) -> str:
        (one,) = [one.would for one in kept(meeting(*exchanges), scenario, rules) if one.title == scenario.fact(fact).title]
        return one

    def test_what_lay_nearest_to_being_told_comes_first(self, scenario: Scenario) -> None:
        titles = [one.title for one in kept(meeting(exchange(1, 0.4, facts=("floor",))), scenario, RULES)]
        needs = {fact.title: RULES.needs(scenario, fact) for fact in scenario.facts}
        assert titles == sorted(titles, key=lambda title: needs[title])
        assert len(titles) == len(scenario.facts) - 2

    def test_trust_that_was_missing_is_told_in_points(self, scenario: Scenario) -> None:
        needs = round(100 * RULES.needs(scenario, scenario.fact("own_job")))
        assert f"It takes trust of about {needs} of 100; it came to 41 at the most." in self.would(
            scenario, "own_job", exchange(1, 0.41), exchange(2, 0.2))
        assert "trust" not in self.would(scenario, "own_job", exchange(1, 0.9), exchange(2, 0.2))

    def test_at_a_harder_level_it_takes_more(self, scenario: Scenario) -> None:
        told = [self.would(scenario, "own_job", exchange(1, 0.1), rules=RULES.at(level, "dry")) for level in Level]
        points = [int(one.partition("about ")[2].partition(" of 100")[0]) for one in told]
        assert points == sorted(set(points))

    def test_what_had_to_be_told_before_is_named_while_it_was_not(self, scenario: Scenario) -> None:
        fact = next(fact for fact in scenario.facts if set(fact.after) - {scenario.opening_fact})
        first = next(one for one in fact.after if one != scenario.opening_fact)
        words = f"It comes only after another thing has been told: {scenario.fact(first).title}"
        assert words in self.would(scenario, fact.id, exchange(1, 0.4))
        assert "another thing" not in self.would(scenario, fact.id, exchange(1, 0.4, facts=fact.after))

    def test_a_hint_at_it_that_went_by_is_told_with_its_reply(self, scenario: Scenario) -> None:
        assert "There was a hint at it, which went by at reply 2." in self.would(
            scenario, "own_job", exchange(1, 0.4), exchange(2, 0.4, missed="may_go"))
        assert "hint" not in self.would(scenario, "own_job", exchange(1, 0.4, met="may_go"))
        assert "hint" not in self.would(scenario, "floor", exchange(2, 0.4, missed="may_go"))

    def test_a_way_to_ask_is_always_there(self, scenario: Scenario) -> None:
        for one in kept(meeting(exchange(1, 0.99)), scenario, RULES):
            fact = next(fact for fact in scenario.facts if fact.title == one.title)
            assert one.would.endswith(f"A way to ask, once it is time: “{fact.asks[0]}”")

    def test_where_all_was_told_nothing_was_kept(self, scenario: Scenario) -> None:
        everything = tuple(fact.id for fact in scenario.facts)
        assert kept(meeting(exchange(1, 0.9, facts=everything)), scenario, RULES) == ()


def test_the_moments_are_the_two_that_moved_her_most(rubric: Rubric, scenario: Scenario, coverage: Coverage) -> None:
    found = debrief(
        meeting(
            exchange(1, 0.38, "acknowledges"),
            exchange(2, 0.20, "turns_to_deal", "open_question", "jargon"),
            exchange(3, 0.30, "reflects_feeling", "open_question", "turns_to_deal"),
            exchange(4, 0.31, "follows_clue"),
        ),
        scenario,
        RULES,
        rubric,
        coverage,
    )
    costly, best = found.moments
    assert (costly.kind, costly.exchange.number, costly.said) == (MomentKind.COSTLY, 2, "turns_to_deal.")
    assert costly.did == rubric.label(Behaviour.TURNS_TO_DEAL)
    assert costly.trust_change == pytest.approx(-0.18)
    assert (best.kind, best.exchange.number, best.said) == (MomentKind.BEST, 3, "reflects_feeling.")
    assert best.trust_change == pytest.approx(0.10)


@pytest.mark.parametrize("exchanges", [(), (exchange(1, 0.33), exchange(2, 0.32))])
def test_where_she_was_hardly_moved_there_are_no_moments(
    rubric: Rubric, scenario: Scenario, coverage: Coverage, exchanges: tuple[Exchange, ...]
) -> None:
    assert debrief(meeting(*exchanges), scenario, RULES, rubric, coverage).moments == ()


@pytest.mark.parametrize("trusts", [(0.4, 0.5), (0.2, 0.1)])
def test_where_she_moved_one_way_there_is_one_moment(
    rubric: Rubric, scenario: Scenario, coverage: Coverage, trusts: tuple[float, float]
) -> None:
    told = debrief(meeting(exchange(1, trusts[0]), exchange(2, trusts[1])), scenario, RULES, rubric, coverage)
    assert len(told.moments) == 1


def test_each_clue_with_her_own_words(rubric: Rubric, scenario: Scenario, coverage: Coverage) -> None:
    people = scenario.clue("people").forms[1]
    told = debrief(
        meeting(
            exchange(1, 0.3, missed="may_go", line=f"Well. {people.line}"),
            exchange(2, 0.4, met="people", line=scenario.clue("hired").forms[0].line),
            exchange(3, 0.4, met="may_go"),
        ),
        scenario,
        RULES,
        rubric,
        coverage,
    )
    assert [(story.words, story.fact_title, story.met) for story in told.clues] == [
        (scenario.opening[0].words, scenario.fact("own_job").title, True),
        (people.words, scenario.fact("floor").title, True),
    ]


def test_the_newest_words_of_a_clue_count(scenario: Scenario) -> None:
    form = scenario.clue("may_go").forms[2]
    assert clue_words(meeting(), scenario, "may_go") == scenario.opening[0].words
    assert clue_words(meeting(exchange(1, 0.3, line=form.line)), scenario, "may_go") == form.words
    assert clue_words(meeting(exchange(1, 0.3, line="In other words.")), scenario, "people") == ""


def test_the_goals_are_two_tips_of_the_meeting_on_different_cards(
    rubric: Rubric, scenario: Scenario, coverage: Coverage
) -> None:
    told = debrief(
        meeting(
            exchange(1, 0.3, empathy=80, selling=5, card="praise"),
            exchange(2, 0.3, empathy=20, card="early"),
            exchange(3, 0.3, empathy=20, card="late"),
            exchange(4, 0.3, empathy=20, card="late"),
            exchange(5, 0.3, empathy=90, selling=0, card="last"),
        ),
        scenario,
        RULES,
        rubric,
        coverage,
    )
    assert [goal.citation.card_id for goal in told.goals] == ["late", "early"]


@pytest.mark.parametrize(("cards", "goals"), [([], []), (["a"], ["a"]), (["a", "a"], ["a"]), (["a", "b", "c"], ["c", "b"])])
def test_where_nothing_was_amiss_the_latest_tips_will_do(
    rubric: Rubric, scenario: Scenario, coverage: Coverage, cards: list[str], goals: list[str]
) -> None:
    exchanges = [exchange(n, 0.3, empathy=90, selling=0, card=card) for n, card in enumerate(cards, start=1)]
    assert [goal.citation.card_id for goal in debrief(meeting(*exchanges), scenario, RULES, rubric, coverage).goals] == goals


def test_a_reply_without_a_score_is_no_moment(rubric: Rubric, scenario: Scenario, coverage: Coverage) -> None:
    unscored = replace(exchange(1, 0.9), score=None)
    assert debrief(meeting(unscored), scenario, RULES, rubric, coverage).moments == ()
