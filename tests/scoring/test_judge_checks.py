"""What the judge reports is checked: each behaviour once, only quotes that stand, only words that were really hers."""

import json
from collections.abc import Mapping

from coach.domain import Speaker, Transcript, Turn
from coach.llm.scripted import ScriptedChatModel
from coach.scoring.detector import Detector
from coach.scoring.judge import ModelJudge
from coach.scoring.rubric import Rubric

HISTORY = Transcript((Turn(Speaker.CUSTOMER, "We have been sold. I may not be here by summer."),))
REPLY = "And what about the project?"


def judged(detector: Detector, rubric: Rubric, *behaviours: Mapping[str, object]) -> ModelJudge:
    amounts = {"empathy": 1, "selling": 3, "overall": 1, "earned": False}
    answer = json.dumps(amounts | {"behaviours": list(behaviours)})
    return ModelJudge(ScriptedChatModel(rules=[("", answer)]), "scripted", rubric, fallback=detector)


def test_a_behaviour_named_three_times_is_one_at_its_surest(detector: Detector, rubric: Rubric) -> None:
    same = [{"behaviour": "turns_to_deal", "quote": "the project", "confidence": c} for c in (0.5, 0.9, 0.7)]
    score = judged(detector, rubric, *same).score(HISTORY, REPLY)
    assert [(o.behaviour, o.confidence) for o in score.observations] == [("turns_to_deal", 0.9)]
    assert score.note == ""


def test_an_unknown_behaviour_is_no_invented_quote(detector: Detector, rubric: Rubric) -> None:
    score = judged(detector, rubric, {"behaviour": "charms", "quote": "the project"}).score(HISTORY, REPLY)
    assert score.observations == ()
    assert score.note == ""


def test_her_words_are_more_than_a_letter(detector: Detector, rubric: Rubric) -> None:
    for about, kept in (("e", ""), ("I may not be here", "I may not be here"), ("I am leaving", "")):
        one = {"behaviour": "misses_clue", "quote": REPLY, "about": about}
        [seen] = judged(detector, rubric, one).score(HISTORY, REPLY).observations
        assert seen.about == kept
