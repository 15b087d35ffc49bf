"""Quotes are found where they stand, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.scoring.quotes import locate

TEXT = "Oh. It’s big\nnews — for you, Maren."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("It’s big\nnews", "It’s big\nnews"),
        ("It's big news", "It’s big\nnews"),
        ('"It\'s big news"', "It’s big\nnews"),
        ("…big news - for you...", "big\nnews — for you"),
        ("  for you  ", "for you"),
    ],
)
def test_marks_and_spaces_may_differ(quote: str, found: str) -> None:
    place = locate(quote, TEXT)
    assert place is not None
    assert TEXT[slice(*place)] == found


@pytest.mark.parametrize("quote", ["", "  ", "…", '""', "it's big news", "small news", "news for you"])
def test_other_words_do_not_stand_there(quote: str) -> None:
    assert locate(quote, TEXT) is None


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_any_part_of_a_text_is_found_with_its_length(text: str, start: int, end: int) -> None:
    quote = text[start:end]
    place = locate(quote, text)
    if place is not None:
        assert 0 <= place[0] < place[1] <= len(text)
    elif quote.strip(" \t\n\"“”…."):
        # What is lost at the edges is only what the edges may lose.
        assert locate(quote.strip(" \t\n\"“”…."), text) is not None or not quote.split()
