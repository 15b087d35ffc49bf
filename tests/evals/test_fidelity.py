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


def test_a_transcript_that_the_trainee_begins_is_told(encounter: Encounter) -> None:
    with pytest.raises(InputError, match="begin with the customer"):
        audit_transcript(encounter, "acquisition-news", "maren", Level.MEDIUM, Transcript((Turn(Speaker.TRAINEE, "Hello."),)))
