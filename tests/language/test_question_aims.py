"""The sort of answer a question wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.language.questions import Aim, aim_of


@pytest.mark.parametrize(("question", "aim"), [
    ("Who told you?", Aim.PERSON), ("And whose are they?", Aim.PERSON), ("Since when?", Aim.SPAN),
    ("How long have you two worked together?", Aim.SPAN), ("How many people is that?", Aim.NUMBER),
    ("When did that come in?", Aim.TIME), ("So what year was that?", Aim.TIME), ("Where were you?", Aim.PLACE),
    ("Why did you stay?", Aim.REASON), ("What made you stay?", Aim.REASON), ("How come nobody rang?", Aim.REASON),
    ("What did you say to him?", Aim.SAYING), ("How did they put it?", Aim.SAYING), ("How do you feel about it?", Aim.FEELING),
    ("What was that like?", Aim.FEELING), ("How did you find out?", Aim.MANNER), ("What happened in March?", Aim.THING),
    ("Have you told Callum?", Aim.YES_NO), ("But is it over, do you think?", Aim.YES_NO),
    # The word joins a clause here.
    ("Was he the one who left?", Aim.YES_NO), ("Do you know the day when it comes?", Aim.YES_NO),
    ("Yesterday at four?", Aim.NONE), ("", Aim.NONE),
])
def test_a_question_wants(question: str, aim: Aim) -> None:
    assert aim_of(question) is aim


@given(text=st.text(max_size=200))
def test_any_text_has_one(text: str) -> None:
    assert aim_of(text) in Aim
