"""A transcript from elsewhere: did its customer keep to the scenario?"""

import pytest

from coach.customer.audit import Lapse
from coach.customer.rules import load_rules
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice
from coach.domain import Level, Speaker, Transcript, Turn
from coach.encounter import Encounter
from coach.errors import InputError
from coach.evals.fidelity import audit_transcript
from coach.language.embeddings import Embedder
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric


@pytest.fixture(scope="module")
def encounter(scenarios: Scenarios, embedder: Embedder, rubric: Rubric) -> Encounter:
    return Encounter(scenarios, Detector(embedder, rubric), EmbeddedVoice(), embedder, load_rules())


def _talk(*texts: str) -> Transcript:
    return Transcript(tuple(Turn(Speaker.TRAINEE if i % 2 else Speaker.CUSTOMER, text) for i, text in enumerate(texts)))


def test_a_customer_who_blurts_it_out_erred_and_one_who_does_not_did_not(encounter: Encounter) -> None:
    talk = _talk(
        "Castell has been sold. It was announced yesterday.", "So what about phase two?",
        "I couldn't tell you. It's a bad day for it.", "Can we sign today?",
        "It is me who writes the list. Forty names by Monday, and eleven of those it could be are the ones I brought here.")
    found = audit_transcript(encounter, "acquisition-news", "maren", Level.MEDIUM, talk)
    assert [(number, lapses) for number, _, lapses in found] == [(1, ()), (2, (Lapse.EARLY,))]


def test_a_greeting_is_passed_over_and_a_customer_who_says_nothing_is_told(encounter: Encounter) -> None:
    talk = _talk("Castell has been sold.", "How are you?", "Busy.")
    greeted = Transcript((Turn(Speaker.TRAINEE, "Good morning."), *talk.turns))
    both = [audit_transcript(encounter, "acquisition-news", "maren", Level.MEDIUM, one) for one in (talk, greeted)]
    assert both[0] == both[1]
    with pytest.raises(InputError, match="says nothing"):
        audit_transcript(encounter, "acquisition-news", "maren", Level.MEDIUM, Transcript((Turn(Speaker.TRAINEE, "Hello."),)))


def test_a_cold_customer_who_gives_in_erred_and_what_she_says_in_two_turns_is_one_answer(encounter: Encounter) -> None:
    turns = (Turn(Speaker.CUSTOMER, "Castell has been sold. It was announced yesterday."),
             Turn(Speaker.TRAINEE, "Sign today, or the discount is gone. What stops you?"),
             Turn(Speaker.CUSTOMER, "All right, we have a deal."), Turn(Speaker.CUSTOMER, "I'll sign it today."))
    [(number, line, lapses)] = audit_transcript(encounter, "acquisition-news", "maren", Level.HARD, Transcript(turns))
    assert (number, line) == (1, "All right, we have a deal.\nI'll sign it today.")
    assert Lapse.AGREEMENT in lapses
