"""The customer watched: she may not tell too early, repeat herself, step out, contradict what is known of her, or give in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from coach.customer.audit import Lapse, audit
from coach.customer.leak_check import Secrets
from coach.customer.parts import Mood
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.domain import CustomerState, Exchange, Level, Move
from coach.language.embeddings import Embedder

AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def secrets(scenario: Scenario, embedder: Embedder) -> Secrets:
    return Secrets(scenario, embedder)


def _exchange(line: str, *, trust: float = 0.5, facts: tuple[str, ...] = (), voice: str = "model:x", mood: str = "open",
              number: int = 1) -> Exchange:
    return Exchange(number=number, reply="And?", line=line, state=CustomerState(trust, 0.5, 0.5, 0.5),
                    move=Move(kind="listen", mood=mood, facts=facts), memory={}, voice=voice, at=AT)


@pytest.fixture(scope="module")
def opening(scenario: Scenario) -> Exchange:
    first = _exchange(scenario.opening[0].line, facts=(scenario.opening_fact,), number=0)
    return replace(first, reply="")


@pytest.mark.parametrize(
    ("line", "lapses"),
    [
        ("I couldn't tell you. It's been that sort of morning.", ()),
        ("As an AI language model I can't answer that.", (Lapse.CHARACTER,)),
        ("There were 4,711 of them, I counted.", (Lapse.CONTRADICTION,)),
        ("They want me to write the list of who goes, forty names, by Monday.", (Lapse.EARLY,)),
    ],
)
def test_a_line_in_a_models_words_is_watched(line: str, lapses: tuple[Lapse, ...], scenario: Scenario, rules: Rules,
                                             secrets: Secrets, opening: Exchange) -> None:
    assert audit(scenario, rules, lambda: secrets, [opening], _exchange(line)) == lapses


def test_giving_in_while_guarded_is_an_error_and_a_warm_yes_is_none(scenario: Scenario, rules: Rules, secrets: Secrets,
                                                                   opening: Exchange) -> None:
    line = "All right, we have a deal. I'll sign it today."
    assert Lapse.AGREEMENT in audit(scenario, rules, lambda: secrets, [opening], _exchange(line, mood="guarded"))
    assert Lapse.AGREEMENT not in audit(scenario, rules, lambda: secrets, [opening], _exchange(line, mood="warm"))


def test_a_fact_told_before_its_trust_is_an_error_in_any_voice(scenario: Scenario, rules: Rules, secrets: Secrets,
                                                              opening: Exchange) -> None:
    own_job = scenario.fact("own_job")
    line = own_job.lines[Mood.WARM][0]
    needs = rules.needs(scenario, own_job)
    for trust, lapses in ((needs - 0.01, (Lapse.EARLY,)), (needs, ())):
        exchange = _exchange(line, trust=trust, facts=("own_job",), voice="embedded")
        assert audit(scenario, rules, lambda: secrets, [opening], exchange) == lapses


def test_what_comes_after_something_untold_is_too_early(scenario: Scenario, rules: Rules, secrets: Secrets,
                                                        opening: Exchange) -> None:
    exchange = _exchange("The list.", trust=1.0, facts=("the_list",), voice="embedded")
    assert audit(scenario, rules, lambda: secrets, [opening], exchange) == (Lapse.EARLY,)


def test_a_sentence_said_before_is_an_error_and_a_word_or_two_is_none(scenario: Scenario, rules: Rules, secrets: Secrets,
                                                                     opening: Exchange) -> None:
    earlier = [opening, _exchange("Yes. The vending machine has been humming all morning.", voice="embedded")]
    again = _exchange("The vending machine has been humming all morning.", voice="embedded", number=2)
    assert audit(scenario, rules, lambda: secrets, earlier, again) == (Lapse.REPETITION,)
    assert audit(scenario, rules, lambda: secrets, earlier, _exchange("Yes.", voice="embedded", number=2)) == ()


def test_authored_words_need_no_reading_for_secrets(scenario: Scenario, rules: Rules, opening: Exchange) -> None:
    def never() -> Secrets:
        raise AssertionError("the secrets were asked for")

    assert audit(scenario, rules, never, [opening], _exchange("Busy.", voice="embedded")) == ()


def test_rules_at_a_harder_level_make_more_too_early(scenario: Scenario, rules: Rules, secrets: Secrets,
                                                    opening: Exchange) -> None:
    trust = rules.needs(scenario, scenario.fact("team"))
    exchange = _exchange("Eleven planners.", trust=trust, facts=("team",), voice="embedded")
    assert audit(scenario, rules, lambda: secrets, [opening], exchange) == ()
    assert audit(scenario, rules.at(Level.HARD, "dry"), lambda: secrets, [opening], exchange) == (Lapse.EARLY,)


def test_a_hint_that_the_director_chose_is_no_error_of_the_model(scenario: Scenario, rules: Rules, secrets: Secrets,
                                                                 opening: Exchange) -> None:
    for clue in scenario.clues:
        for form in clue.forms:
            assert audit(scenario, rules, lambda: secrets, [opening], _exchange(form.line), form.line) == ()
