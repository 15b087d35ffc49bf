"""What moved a score is told in words: every feature has some, and what is told is what moved it."""

from coach.domain import Speaker, Transcript, Turn
from coach.scoring.detector import Detector
from coach.scoring.features import dense
from coach.scoring.reasons import Mover, in_words, load_reasons

HISTORY = Transcript((Turn(Speaker.CUSTOMER, "We've been bought. I may be one of those who go."),))


def test_every_feature_has_its_words() -> None:
    named = {name for group, names in dense(HISTORY, "How are you?", ()).items() if group != "cues" for name in names}
    assert set(load_reasons()) == named | {"words", "reading"}


def test_the_biggest_come_first_and_the_small_are_left_out() -> None:
    movers = [Mover("business", True, -6, 12), Mover("you", True, 3, 0), Mover("length", True, 0.5, 0.4)]
    assert in_words([*movers, Mover("cue pitch", True, -9, 9)]) == (
        "What moved the numbers most: the business in it (less empathy, more selling); how much of it is about the customer "
        "(more empathy).")
    assert in_words([Mover("length", False, 0.5, 0.4)]) == ""


def test_every_reply_tells_its_reasons(detector: Detector) -> None:
    kind, cold = (detector.score(HISTORY, reply) for reply in ("One of those who go. What is that like?", "And the project?"))
    for score in (kind, cold):
        assert score.reason.startswith("What moved the numbers most: ")
    assert kind.reason != cold.reason
