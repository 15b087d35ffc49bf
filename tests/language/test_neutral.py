"""Nobody in particular: names, titles and gender leave no trace, and all else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.language.neutral import neutral


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maren, that is hard.", "Łukasz, that is hard."),
        ("I told Priya. Priya was calm.", "I told Oluwaseun. Oluwaseun was calm."),
        ("Ms Holt, how is your husband?", "Mr O'Dowd, how is your wife?"),
        ("She's worried about her son.", "He's worried about his daughter."),
        ("Good morning, sir.", "Good morning, madam."),
        ("I wrote to Dr. Lee about him.", "I wrote to Anna Maria Rossi about her."),
        ("So how did Nguyễn take it?", "So how did Jean-Luc take it?"),
        ("He was first, and he has left.", "She was first, and she has left."),
    ],
)
def test_whoever_it_is_the_words_are_the_same(one: str, other: str) -> None:
    assert neutral(one) == neutral(other)


@pytest.mark.parametrize(
    "text",
    [
        "Well, I think so. Honestly, what happened?",
        "See you on Monday, in March.",
        "IT and HR will call.",
        "That sounds like a lot to carry.",
        "I'm sorry. I've been there.",
        "",
        "…",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert neutral(text) == text


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_once_is_enough_and_any_text_will_do(text: str) -> None:
    assert isinstance(neutral(text), str)
    assert neutral(text) == neutral(text)
