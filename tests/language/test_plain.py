"""Plain English: however a thing is spelt, typed or said, it comes out the same; what is right stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.language.plain import levelled, plain


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dont worry, im here", "do not worry, i am here"),
        ("I don't think that's fair.", "I do not think that is fair."),
        ("I don’t think that’s fair.", "I do not think that is fair."),
        ("how r u holding up thx", "how are you holding up thanks"),
        ("I dinnae ken", "I do not ken"),
        ("that is somethign to carry", "that is something to carry"),
        ("the behaviour in the centre", "the behavior in the center"),
        ("what's Maren's plan?", "what is Maren's plan?"),
        ("we're gonna wait", "we are going to wait"),
        ("w/ him, dont/wont", "with him, do not/will not"),
        ("u've said y'all're fine, it shouldn't've", "you have said you are fine, it should not have"),
        ("IM SO SORRY", "i am so sorry"),
    ],
)
def test_short_forms_and_slips(typed: str, meant: str) -> None:
    assert plain(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "That sounds like a lot to carry.",
        "Send the invoice to HR and the US office.",
        "Our R&D budget. Ty is here, and she lets me in.",
        "the wifi in admin, the lorry, the waiver and the churn",
        "Nothing in the laminating shop hums like that.",
        "",
        "…",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert plain(text) == text


def test_names_and_spelling_together() -> None:
    assert levelled("Maren, im sorry, thats hard for her") == levelled("Łukasz, I'm sorry, that's hard for him")


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_text_will_do_and_once_is_enough(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
