"""Vectors of length 1, the same ones for the same text, of any text whatever."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.language.bert import WIDTH
from coach.language.embeddings import Embedder, LexicalEmbedder, RememberingEmbedder, Vectors, make_embedder
from coach.language.lexicon import phrases
from coach.settings import Embeddings

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


class Counting:
    """An embedder that counts what it is asked for."""

    name = "counting"
    related = 0.5

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[float(len(text)), 1.0] for text in texts], dtype=np.float32)


@given(st.lists(ANY_TEXT, max_size=4))
def test_lexical_vectors_have_length_one_or_nought(texts: list[str]) -> None:
    vectors = LexicalEmbedder().embed(texts)
    assert vectors.shape == (len(texts), 512)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))


@given(ANY_TEXT)
def test_minilm_takes_any_text(embedder: Embedder, text: str) -> None:
    (vector,) = embedder.embed([text])
    assert vector.shape == (WIDTH,)
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-4


def test_near_meanings_are_near(embedder: Embedder) -> None:
    asked, same, other = embedder.embed(
        ["How is your team coping with the news?", "How is your team taking it?", "The price includes installation."]
    )
    assert float(asked @ same) > embedder.related > float(asked @ other)


def test_a_batch_gives_what_single_texts_give(embedder: Embedder) -> None:
    texts = ["Short.", "A much longer sentence that needs padding beside it, as it has more words than the others."] * 20
    inner = make_embedder(Embeddings.MINILM)
    together = inner.embed(texts)
    assert together.shape == (40, WIDTH)
    np.testing.assert_allclose(together[1], embedder.embed([texts[1]])[0], atol=1e-5)


def test_remembered_texts_are_not_embedded_again() -> None:
    inner = Counting()
    remembering = RememberingEmbedder(inner)
    before = remembering.embed(["a", "bb", "a"])
    after = remembering.embed(["bb", "ccc", "a"])
    assert inner.asked == ["a", "bb", "ccc"]
    np.testing.assert_array_equal(before[[1, 0]], after[[0, 2]])
    assert (remembering.name, remembering.related) == ("counting", 0.5)
    assert len(remembering.embed([])) == 0


def test_the_oldest_are_forgotten_and_still_right() -> None:
    remembering = RememberingEmbedder(Counting())
    for length in range(1, 5000, 100):
        remembering.embed(["x" * (length + i) for i in range(100)])
    assert remembering.embed(["x"])[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("choice", "name"), [(Embeddings.MINILM, "all-MiniLM-L6-v2"), (Embeddings.LEXICAL, "lexical-1")])
def test_the_settings_choose(choice: Embeddings, name: str) -> None:
    assert make_embedder(choice).name == name


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("don't care", "I don’t care", True),
        ("don't care", "I don't  \n care", True),
        ("care", "careful", False),
        ("care", "CARE!", True),
        ("big news", "bignews", False),
    ],
)
def test_phrases_stand_as_whole_words(entry: str, text: str, *, found: bool) -> None:
    assert bool(phrases((entry,)).search(text)) is found
