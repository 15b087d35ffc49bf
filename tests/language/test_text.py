"""Sentences keep their place and lose nothing; what is kept of a text is clean; questions are told by their form."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coach.language.text import Sentence, clean, content_words, sentences, stem, words

# Anything that Python can hold: halves of surrogate pairs and control characters too.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
# The characters that the splitting turns on, so that their odd meetings are tried.
KNOTTY = st.lists(
    st.sampled_from(
        [
            "Mr",
            "e.g",
            "no",
            "etc",
            "Well",
            "I",
            ".",
            "..",
            "…",
            "!",
            "?",
            "\n",
            "\r\n",
            " ",
            "\t",
            '"',
            "”",
            ")",
            ",",
            "é",
            "\ud83d",
        ]
    ),
    max_size=25,
).map("".join)
LOST_AT_MOST = set(".!?…\"”’')]")


@given(st.one_of(ANY_TEXT, KNOTTY))
@example("Mr.\nSmith came.")
@example("Dr.\n\n\nHolt? Yes.")
def test_every_sentence_stands_verbatim_at_its_start(text: str) -> None:
    for sentence in sentences(text):
        assert sentence.text
        assert text[sentence.start : sentence.start + len(sentence.text)] == sentence.text
        assert sentence.text == sentence.text.strip()


@given(st.one_of(ANY_TEXT, KNOTTY))
def test_nothing_is_lost_between_sentences_but_space_and_marks(text: str) -> None:
    at = 0
    for sentence in sentences(text):
        assert sentence.start >= at, "sentences overlap"
        assert all(c.isspace() or c in LOST_AT_MOST for c in text[at : sentence.start])
        at = sentence.start + len(sentence.text)
    assert all(c.isspace() or c in LOST_AT_MOST for c in text[at:])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n\t ", []),
        ("...", []),
        ("That is big news. Tell me more. How are you doing?", ["That is big news.", "Tell me more.", "How are you doing?"]),
        ("I spoke to Mr. Reuter. He was polite.", ["I spoke to Mr. Reuter.", "He was polite."]),
        ("No. How are you?", ["No.", "How are you?"]),
        ("First line\nsecond line", ["First line", "second line"]),
        ("Dr.\nHolt", ["Dr.", "Holt"]),
        ("Really?! Oh…", ["Really?!", "Oh…"]),
        ("He said “I am fine.” Then he left.", ["He said “I am fine.”", "Then he left."]),
    ],
)
def test_where_sentences_end(text: str, parts: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == parts


def first(text: str) -> Sentence:
    return sentences(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "How are you?",
        "how are you doing",
        "What does this mean for you?",
        "So what happened?",
        "Maren, how are you?",
        "José, how are you?",
        "Zoë, what happened?",
        "Łukasz, how is the team?",
        "Anne-Marie, how are you?",
        "Ms Holt, what now?",
        "Tell me, how are you?",
        "Could you tell me what happened?",
        "Can you please walk me through it?",
        "Well, and then what?",
        "Oh, Maren, what a day, how are you?",
        "And how did they take it?",
    ],
)
def test_open_questions(text: str) -> None:
    assert first(text).is_question
    assert first(text).is_open_question


@pytest.mark.parametrize(
    "text",
    [
        "Are you all right?",
        "Is that what you want?",
        "Did they say when it closes?",
        "Do you still have the budget?",
        "Have you met him, and would you go back?",
        "Can we sign before we know who decides?",
        "is it still on",
        "Really?",
        "Will you renew when the deal closes?",
    ],
)
def test_closed_questions(text: str) -> None:
    assert first(text).is_question
    assert not first(text).is_open_question


@pytest.mark.parametrize(
    "text", ["That is big news.", "I see what you mean.", "What a week.", "How awful!", "I asked how they are.", "Is.", "So."]
)
def test_no_questions(text: str) -> None:
    assert not first(text).is_question


@pytest.mark.parametrize("filler", ["so ", "So, ", "oh ", "and ", "Maren, ", "No ", "hmm "])
def test_a_run_of_fillers_is_read_like_any_other_text(filler: str) -> None:
    """Each filler could once be read in two ways, and thirty of them took a minute."""
    assert first(filler * 500 + "x?").is_question
    assert first(filler * 500 + "how are you?").is_open_question


@given(ANY_TEXT)
def test_questions_are_told_of_any_text(text: str) -> None:
    for sentence in sentences(text):
        assert sentence.is_question or not sentence.is_open_question


@given(ANY_TEXT)
@example("e\x00\u0301")
@example("\r\x01\n")
@example(" \u0301x")
def test_clean_is_clean_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    cleaned.encode()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  Hello \n", "Hello"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("cafe\u0301", "café"),
        ("\ud83d", "\ufffd"),
        ("<b>bold</b> & co", "<b>bold</b> & co"),
        ("\x00\x01", ""),
        ("I’m 👍🏽 fine", "I’m 👍🏽 fine"),
    ],
)
def test_what_clean_keeps(raw: str, kept: str) -> None:
    assert clean(raw) == kept


@given(ANY_TEXT)
def test_words_are_low_and_carry_no_space(text: str) -> None:
    for word in words(text):
        assert word == word.lower()
        assert word
        assert not any(c.isspace() for c in word)
        assert stem(word)
    assert len(content_words(text)) <= len(words(text))


def test_words_of_one_stem() -> None:
    assert content_words("Two worries about the teams’ planning") == content_words("worry, team's plann")
    assert words("I’m here, don't go") == ("i'm", "here", "don't", "go")
