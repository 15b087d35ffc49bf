"""Text for a terminal: nothing that others wrote commands it, and what is wrapped fits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.cli.terminal import flowing, one_line, plain, table, width, wrapped

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)
SEQUENCES = st.lists(st.sampled_from(["\x1b", "[31m", "]0;title", "\x07", "\x1b\\", "\x9b1m", "\x9d8;;x", "a", "\x1b(B", "\n"]),
                     max_size=12).map("".join)


@given(ANY_TEXT | SEQUENCES)
def test_nothing_is_left_that_commands_a_terminal(text: str) -> None:
    left = plain(text)
    assert not [c for c in left if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs")]
    assert not set(left) & set("\u202e\u202d\u2066")
    assert plain(left) == left


@pytest.mark.parametrize(("text", "left"), [
    ("a\x1b[31mred\x1b[0mb", "aredb"),
    ("a\x1b]0;a title\x07b", "ab"),
    ("a\x1b]8;;http://x.example\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
    ("a\x1b]0;never closed, so it is shown", "a0;never closed, so it is shown"),
    ("a\x9b2Jb", "ab"),
    ("a\x1bcb", "ab"),
    ("a\x08\x08b", "ab"),
    ("over\rwritten", "over\nwritten"),
    ("tab\tand\nline", "tab\tand\nline"),
    ("turned \u202eround", "turned round"),
    ("Grüße, “日本” 👋🏽", "Grüße, “日本” 👋🏽"),
])
def test_what_is_left(text: str, left: str) -> None:
    assert plain(text) == left


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\tb\x1b[1m \r c ") == "a b c"


@given(st.text(st.characters(categories=("Lu", "Zs")), max_size=400))
def test_wrapped_lines_fit(text: str) -> None:
    assert all(len(line) <= width() for line in wrapped(text, "  - ").split("\n"))


def test_paragraphs_and_breaks_are_kept_and_hang() -> None:
    assert wrapped("One\nTwo\n\nThree", "- ") == "- One\n  Two\n\n  Three"


def test_an_authors_line_breaks_are_undone() -> None:
    assert flowing("One\ntwo.\n\nThree\n") == "One two.\n\nThree"


def test_a_table_is_aligned_and_harmless() -> None:
    text = table([("a", "1", "x\ny"), ("bb", "22", "\x1b[31mz")], ("NAME", "N", "WHAT"), right=(1,))
    assert text.split("\n") == ["NAME   N  WHAT", "a      1  x y", "bb    22  z"]
    assert table([]) == ""
