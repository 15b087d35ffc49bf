"""The scripted model: a real backend, with no network and no chance."""

import pytest
from pydantic import BaseModel

from coach.errors import ModelError
from coach.llm.chat import ask_for, ask_for_text
from coach.llm.scripted import ScriptedChatModel


class Colour(BaseModel):
    name: str


def test_the_first_rule_that_fits_answers() -> None:
    model = ScriptedChatModel(rules=[("weather", "Wet."), ("hello", lambda prompt: prompt.upper()), ("", "What?")])
    assert model.answer_to("how is the weather, hello") == "Wet."
    assert model.answer_to("oh hello") == "OH HELLO"
    assert model.answer_to("else") == "What?"


def test_without_a_rule_it_says_so() -> None:
    with pytest.raises(ModelError, match="no rule for a prompt that begins 'Once upon"):
        ScriptedChatModel(rules=[("weather", "Wet.")]).answer_to("Once upon a time")


def test_it_streams_word_by_word() -> None:
    grown = list(ask_for_text(ScriptedChatModel(rules=[("", "One two three")]), "Count"))
    assert [text.strip() for text in grown] == ["One", "One two", "One two three"]


def test_it_gives_values() -> None:
    assert ask_for(ScriptedChatModel(rules=[("", '{"name": "red"}')]), "Which?", Colour) == Colour(name="red")


@pytest.mark.parametrize("answer", ["red", "{}", '{"name": 1}', ""])
def test_a_value_that_does_not_fit_is_a_model_error(answer: str) -> None:
    with pytest.raises(ModelError, match="does not fit the schema"):
        ask_for(ScriptedChatModel(rules=[("", answer)]), "Which?", Colour)


@pytest.mark.parametrize("answer", ["", " ", "\n"])
def test_an_empty_text_is_a_model_error(answer: str) -> None:
    with pytest.raises(ModelError, match="empty answer"):
        list(ask_for_text(ScriptedChatModel(rules=[("", answer)]), "Say"))


def test_an_answer_may_fail() -> None:
    def fail(_: str) -> str:
        raise ModelError("Down.")

    with pytest.raises(ModelError, match=r"Down\."):
        list(ask_for_text(ScriptedChatModel(rules=[("", fail)]), "Say"))


def test_its_schema_must_be_a_model() -> None:
    with pytest.raises(TypeError, match="takes a pydantic model"):
        ScriptedChatModel(rules=[]).with_structured_output({"type": "object"})
