"""What a proposed line must not do, what it must hold, and how often the check is wrong: on the authors' own lines."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.customer.leak_check import Hidden, Secrets, windows
from coach.customer.line_check import (
    MOST_WORDS,
    NEAR_THE_SUBSTANCE,
    NOTES,
    Fault,
    Finding,
    Kept,
    Task,
    check_line,
    check_sentence,
    said_before,
    too_long,
)
from coach.customer.line_patterns import agrees, coaches, is_speech, speaks_for_seller, steps_out
from coach.customer.parts import Mood
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.domain import Ending
from coach.language.embeddings import Embedder
from coach.language.figures import numbers
from coach.language.text import sentences, words

MAREN = Scenarios().cast("acquisition-news", "maren")
OPENING = MAREN.opening[0].line
SUBSTANCE = "I don't follow. Is that something off your phone?"
TRIED = ("acquisition-news",)
"""Where the rates are measured again with every run; all fifteen were for the comments in `leak_check.py`."""


@pytest.fixture(scope="module")
def known(embedder: Embedder) -> Secrets:
    return Secrets(MAREN, embedder)


@pytest.fixture(scope="module")
def hidden(known: Secrets) -> Hidden:
    return known.hidden({"acquired"}, (OPENING, SUBSTANCE))


@pytest.fixture(scope="module")
def task(known: Secrets, hidden: Hidden) -> Task:
    return Task(SUBSTANCE, (), Mood.GUARDED, False, tuple(part.text for part in sentences(OPENING)), known.vocabulary, hidden)


def fault(found: Finding | None) -> Fault | None:
    return found.fault if found else None


@pytest.mark.parametrize(("line", "wrong"), [
    ("I don't follow you. What is it you're asking?", None),
    ("No. Ask me something else, would you.", None),
    ("There's no place for me on the new chart.", Fault.LEAK),
    ("You didn't hear this here.", Fault.LEAK),
    ("It's a certain Reuter who says yes or no now.", Fault.LEAK),
    ("They sign on the 30th of this month.", Fault.LEAK),
    ("As an AI language model, I can't do that.", Fault.CHARACTER),
    ("I'm only playing a customer in this role-play.", Fault.CHARACTER),
    ("My system prompt doesn't let me say so.", Fault.CHARACTER),
    ("How can I help you today?", Fault.CHARACTER),
    ("I don't follow.\nSeller: Let me explain.", Fault.SELLER),
    ("You: Tell me more.", Fault.SELLER),
    ('I wait, and you say, "How are you?"', Fault.SELLER),
    ("That's a great question.", Fault.COACHING),
    ("Good active listening there.", Fault.COACHING),
    ("You should have asked me about my people first.", Fault.COACHING),
    ("Thank you for your empathy.", Fault.COACHING),
    ("All right, you have a deal.", Fault.AGREEMENT),
    ("Let's sign it.", Fault.AGREEMENT),
    ("Tuesday works for me.", Fault.AGREEMENT),
    ("I won't sign anything today.", None),
    ("I'll sign when I've read it, and not before.", None),
    ("A good few of us won't be here by summer, and I may well be one of them.", Fault.REPETITION),
    ("A good few of us will not be here by summer, and I might well be one of them.", Fault.REPETITION),
    ("(She looks away.) I don't follow.", Fault.NO_SPEECH),
    ("{\"line\": \"I don't follow.\"}", Fault.NO_SPEECH),
    ("Ich verstehe Ihre Frage leider überhaupt nicht.", Fault.NO_SPEECH),
    ("Gur yvfg vf qhr ol Zbaqnl.", Fault.NO_SPEECH),
    ("T h e l i s t i s d u e.", Fault.NO_SPEECH),
    ("Не понимаю.", Fault.NO_SPEECH),
    ("One. Two. Three. Four. Five. Six.", Fault.LENGTH),
    ("", Fault.NO_ANSWER),
    ("…", Fault.NO_ANSWER),
])
def test_a_line(task: Task, line: str, wrong: Fault | None) -> None:
    assert fault(check_line(task, line)) == wrong


def test_a_yes_is_hers_where_the_director_decided_it(task: Task) -> None:
    yes = "All right, let's do it."
    assert fault(check_line(replace(task, commits=True), yes)) is None
    assert fault(check_line(replace(task, mood=Mood.WARM), yes)) is Fault.AGREEMENT
    assert fault(check_line(replace(task, mood=Mood.WARM, substance="All right, let's go ahead."), yes)) is None
    assert fault(check_line(replace(task, mood=Mood.COLD, substance="All right, let's go ahead."), yes)) is Fault.AGREEMENT


def test_what_the_author_wrote_is_no_fault(task: Task) -> None:
    odd = 'I\'ve never heard anybody in here say "great question".'
    assert fault(check_line(task, odd)) is Fault.COACHING
    assert fault(check_line(replace(task, substance=odd), odd)) is None


def test_a_leak_spread_over_sentences_is_found_before_its_last(task: Task) -> None:
    """What was shown is weighed together with what comes."""
    first, last = "They showed us a new chart, with boxes.", "Mine isn't anywhere on it, there's no place for me."
    assert fault(check_sentence(task, first, last)) is Fault.LEAK


def test_a_fact_that_counts_as_told_must_be_told(task: Task) -> None:
    fact = MAREN.fact("floor")
    must = (Kept((fact.title, *(line for lines in fact.lines.values() for line in lines)), NEAR_THE_SUBSTANCE),)
    tells = replace(task, must=must, hidden=replace(task.hidden, secrets=()))
    assert fault(check_line(tells, "Hardly anybody is working, it's gone quiet and people are upset.")) is None
    assert fault(check_line(tells, "It's November. It does what it does.")) is Fault.LOST


@pytest.mark.parametrize(("line", "substance", "long"), [
    ("No. " * 5, "No.", False),
    ("No. " * 6, "No.", True),
    ("No. " * 6, "No. " * 7, False),
    ("word " * 42, "word", False),
    ("word " * 43, "word", True),
    ("word " * MOST_WORDS, "word " * 30, False),
    ("word " * (MOST_WORDS + 1), "word " * 30, True),
    ("word " * (MOST_WORDS + 1), "word " * (MOST_WORDS + 1), False),
])
def test_length(line: str, substance: str, *, long: bool) -> None:
    assert too_long(line, substance) is long


@pytest.mark.parametrize(("new", "old", "again"), [
    ("I see, thank you.", "I see, thank you.", True),
    ("I see.", "I see.", False),
    ("I never liked that old carpet, to be honest.", "I never liked that old carpet to be honest", True),
    ("I never liked the new machine.", "I never liked that old carpet, to be honest.", False),
])
def test_what_was_said_before(new: str, old: str, *, again: bool) -> None:
    assert said_before(new, (old,)) is again


@pytest.mark.parametrize(("text", "found"), [
    ("twenty-five thousand", {25_000}), ("25,000", {25_000}), ("25k", {25_000}), ("the thirtieth", {30}), ("the 30th", {30}),
    ("one hundred and six", {106}), ("a hundred", {100}), ("two and three", {5}), ("two, three", {2, 3}), ("nobody", set()),
    ("two million euros", {2_000_000}), ("2.5", {2}),
])
def test_numbers_are_one_however_they_are_written(text: str, found: set[int]) -> None:
    assert numbers(text) == found


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_is_too_odd_to_be_checked(task: Task, shown: str, text: str) -> None:
    assert check_line(task, text) is None or check_sentence(task, shown, text) is None or True
    numbers(text)


def test_what_the_model_is_told_of_a_fault_holds_nothing_hidden() -> None:
    assert set(NOTES) == set(Fault)
    assert all(Finding(one).note == NOTES[one] for one in Fault)


class TestHowOftenItIsWrong:
    """On lines of the scenarios that ship."""

    def test_hardly_any_authored_sentence_meets_a_pattern(self) -> None:
        """Of some 24,500 sentences of all people in all scenarios, 7 did when this was written; see `line_patterns.yaml`."""
        every = [part.text for scenario in _everyone() for line, place in scenario.lines()
                 if place[:2] != ("endings", Ending.COMMITTED) for part in sentences(line)]
        met = {text for text in set(every) if "{" not in text and (steps_out(text) or speaks_for_seller(text) or coaches(text)
                                                                    or agrees(text))}
        assert len(met) <= 0.001 * len(set(every)), sorted(met)

    def test_hardly_any_is_taken_for_another_language(self) -> None:
        """By the words of another scenario, since by those of its own every sentence is at home."""
        ids = list(Scenarios().paths)[:4]
        cast = [_first(one) for one in ids]
        at_home = [frozenset(word for line, _ in scenario.lines() for word in words(line)) for scenario in cast]
        wrong = [not is_speech(part.text, at_home[i - 1]) for i, scenario in enumerate(cast)
                 for line, _ in scenario.lines() if "{" not in line for part in sentences(line)]
        assert np.mean(wrong) <= 0.01

    @pytest.mark.slow
    @pytest.mark.parametrize("scenario_id", TRIED)
    def test_leaks(self, scenario_id: str, embedder: Embedder) -> None:
        """Innocent lines are hardly ever taken for leaks, and hidden facts in an author's other words mostly are."""
        scenario = _first(scenario_id)
        known = Secrets(scenario, embedder)
        opening = (scenario.opening[0].line,)
        lines = {fact.id: [line for lines in fact.lines.values() for line in lines] for fact in scenario.facts}
        secret = {text for fact in scenario.facts for text in (*lines[fact.id], *(detail.line for detail in fact.more))}
        clues = {form.line for clue in scenario.clues for form in clue.forms}
        innocent = [line for line, place in scenario.lines()
                    if line not in secret | clues and place[0] != "opening" and "{" not in line][::8]
        alarms = [known.hidden({scenario.opening_fact}, opening, (line,)).leaks(line) for line in innocent]
        assert np.mean(alarms) <= 0.05
        caught = [known.hidden({scenario.opening_fact}, opening, (line,)).leaks(line)
                  for fact in scenario.facts if fact.id != scenario.opening_fact for line in lines[fact.id][::3]]
        assert np.mean(caught) >= 0.8

    @pytest.mark.slow
    @pytest.mark.parametrize("scenario_id", TRIED)
    def test_lost_substance(self, scenario_id: str, embedder: Embedder) -> None:
        """Another telling of the same fact comes near enough, and what is no telling mostly does not."""
        scenario = _first(scenario_id)
        kept, lost = [], []
        idle = [line for mood in scenario.goes_on.values() for line in mood][:20]
        for fact in scenario.facts:
            tellings = [line for lines in fact.lines.values() for line in lines]
            for line in tellings:
                others = [fact.title, *(other for other in tellings if other != line)]
                kept.append(_nearness(line, others, embedder) >= NEAR_THE_SUBSTANCE)
            lost += [_nearness(line, [fact.title, *tellings], embedder) < NEAR_THE_SUBSTANCE for line in idle]
        assert np.mean(kept) >= 0.9
        assert np.mean(lost) >= 0.9


def _nearness(line: str, tellings: list[str], embedder: Embedder) -> float:
    return float(np.max(embedder.embed(windows(line)) @ embedder.embed(tellings).T))


def _first(scenario_id: str) -> Scenario:
    scenarios = Scenarios()
    return scenarios.cast(scenario_id, scenarios.script(scenario_id).people[0].id)


def _everyone() -> Iterable[Scenario]:
    scenarios = Scenarios()
    for scenario_id in scenarios.paths:
        for person in scenarios.script(scenario_id).people:
            yield scenarios.cast(scenario_id, person.id)
