"""Where she takes up a word of the trainee's: the feeling that was named, the jargon that was used."""

from collections.abc import Callable
from random import Random

import pytest

from coach.customer.director import decide
from coach.customer.lines import Act, Deed, echoed, unsaid
from coach.customer.listening import Ear, Heard
from coach.customer.parts import Mood, Reaction
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.state import Memory
from coach.customer.topics import Topic
from coach.customer.voice import EmbeddedVoice
from coach.domain import Behaviour as B
from coach.domain import CustomerState, Meeting, Observation, Speaker, Transcript, Turn
from coach.language.kind import Kind

STATE = CustomerState(0.5, 0.5, 0.5, 0.8)


def chance(seed: object) -> Random:
    """Chance that can be repeated."""
    return Random(str(seed))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{echo}. Yes, that's the word.", "Let down. Yes, that's the word."),
        ("Hm. {echo}, yes.", "Hm. Let down, yes."),
        ("Is it? {echo}?", "Is it? Let down?"),
        ("Well… {echo}.", "Well… Let down."),
        ("“{echo}”, you say.", "“Let down”, you say."),
        ("I said: “Well. “{echo}”.", "I said: “Well. “Let down”."),
        ("I'm {echo}, yes.", "I'm let down, yes."),
        ("You said “{echo}” as if it were nothing.", "You said “let down” as if it were nothing."),
        ("{echo}, and {echo} again.", "Let down, and let down again."),
        ("No word here.", "No word here."),
    ],
)
def test_at_the_beginning_of_a_sentence_it_has_a_capital(written: str, said: str) -> None:
    assert echoed(written, "let down") == said


@pytest.mark.parametrize("reaction", [Reaction.NAMED_FEELING, Reaction.JARGON])
def test_without_a_word_only_lines_that_need_none_are_said(scenario: Scenario, reaction: Reaction) -> None:
    for mood in Mood:
        assert not [line for line in unsaid(scenario, Act(Deed.REACT, reaction.value), mood, ()) if "{" in line.text]
        with_word = unsaid(scenario, Act(Deed.REACT, reaction.value, echo="worried"), mood, ())
        assert not [line for line in with_word if "{" in line.text]
        assert [line for line in with_word if "worried" in line.text.lower()]


def said(scenario: Scenario, rules: Rules, heard: Heard, behaviour: B) -> list[str]:
    """What she may answer, by chance, that rests on a word of the trainee's."""
    memory = Memory(state=STATE, told=("acquired",), turn=3)
    lines = []
    for seed in range(20):
        decision = decide(scenario, rules, memory, [Observation(behaviour, "words", 0, 1.0)], heard, chance(seed))
        if any(act.echo for act in decision.acts):
            lines.append(EmbeddedVoice().line(scenario, decision, chance(seed)).text)
    assert not [line for line in lines if "{" in line]
    return lines


def test_a_feeling_that_was_named_comes_back_by_its_name(scenario: Scenario, rules: Rules) -> None:
    lines = said(scenario, rules, Heard(Kind.NORMAL, feeling="furious"), B.REFLECTS_FEELING)
    assert any("furious" in line.lower() for line in lines)


def test_jargon_is_held_up_to_the_light(scenario: Scenario, rules: Rules) -> None:
    lines = said(scenario, rules, Heard(Kind.NORMAL, jargon="synergies"), B.JARGON)
    assert any("synergies" in line.lower() for line in lines)


def test_a_feeling_named_beside_a_question_is_not_taken_for_its_answer(scenario: Scenario, rules: Rules) -> None:
    heard = Heard(Kind.NORMAL, feeling="worried", question=True, topics=(Topic(Act(Deed.TELL, "floor"), 0.2, 0),))
    assert said(scenario, rules, heard, B.REFLECTS_FEELING) == []


@pytest.mark.parametrize(
    ("reply", "feeling", "jargon"),
    [
        ("You sound worried about them.", "worried", ""),
        ("That is humiliating. Anybody would be FURIOUS.", "humiliating", ""),
        ("It sounds as if you feel let down.", "let down", ""),
        ("That is big news.", "", ""),
        ("We should leverage the synergies here.", "", "leverage"),
    ],
)
def test_the_word_is_the_trainees_own(ear: Ear, scenario: Scenario, reply: str, feeling: str, jargon: str) -> None:
    heard = ear.hear(reply, (), Memory(state=STATE), Transcript((Turn(Speaker.CUSTOMER, scenario.opening[0].line),)))
    assert (heard.feeling, heard.jargon) == (feeling, jargon)


def test_in_a_meeting_she_takes_up_what_was_really_said(play: Callable[..., Meeting]) -> None:
    replies = ["It sounds as if you're furious about it.", "It sounds as if you're exhausted.", "You feel betrayed by them."]
    words = ("furious", "exhausted", "betrayed")
    lines = [
        (word, exchange.line)
        for nth in range(4)
        for word, exchange in zip(words, play(lambda m: replies[len(m.exchanges) - 1], nth, 3).exchanges[1:], strict=True)
    ]
    assert any(word in line.lower() for word, line in lines)
    assert not [line for _, line in lines if "{" in line]
