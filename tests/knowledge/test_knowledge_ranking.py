"""BM25 and the fusion of rankings."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.knowledge.ranking import WordIndex, fuse


def enumerated(texts: list[str]) -> list[tuple[str, str]]:
    return [(str(place), text) for place, text in enumerate(texts)]


def test_words_rank_by_how_telling_they_are() -> None:
    words = WordIndex.of(enumerated(["the client lost a client", "the client apologised", "golf, weather, client"]))
    assert next(iter(words.ranked("Has the client apologised?", 3))) == "1"
    assert [*words.ranked("golf", 3)] == ["2"]
    assert words.ranked("what do you?", 3) == words.ranked("", 3) == words.ranked("xylophone", 3) == {}


@given(st.lists(st.lists(st.sampled_from(["golf", "client", "weather", "sorry"])), min_size=1, max_size=8), st.integers(1, 9))
def test_the_best_few_are_the_first_of_all(texts: list[list[str]], most: int) -> None:
    words = WordIndex.of(enumerated([" ".join(text) for text in texts]))
    everything = words.ranked("golf client", len(texts))
    assert [*words.ranked("golf client", most)] == [*everything][:most]
    assert [*everything.values()] == sorted(everything.values(), reverse=True)


def test_it_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    words = WordIndex.of(enumerated(["the client lost a client", "the client apologised"]))
    words.save(tmp_path / "words")
    again = WordIndex.load(tmp_path / "words")
    assert again.ids == words.ids
    assert again.ranked("a client apologised", 2) == pytest.approx(words.ranked("a client apologised", 2))
    (tmp_path / "words" / "ids.json").unlink()
    with pytest.raises(OSError, match="ids"):
        WordIndex.load(tmp_path / "words")


def test_a_passage_without_content_words_is_no_trouble() -> None:
    assert [*WordIndex.of(enumerated(["so it is", "golf"])).ranked("golf", 2)] == ["1"]


def test_the_library_keeps_quiet(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="root"):
        WordIndex.of(enumerated(["golf"])).ranked("golf", 1)
    assert caplog.records == []


def test_fusion_adds_reciprocal_ranks() -> None:
    fused = fuse(["a", "b", "c"], ["c", "b"])
    assert fused == pytest.approx({"c": 1 / 63 + 1 / 61, "b": 2 / 62, "a": 1 / 61})
    assert list(fused) == ["c", "b", "a"]
    assert list(fuse(["a"], ["b"])) == ["a", "b"]
    assert fuse([], []) == {}


@given(st.lists(st.permutations("abcdef"), min_size=1, max_size=3))
def test_what_is_ahead_in_every_ranking_is_ahead(rankings: list[list[str]]) -> None:
    order = list(fuse(*rankings))
    for one in "abcdef":
        for other in "abcdef":
            if all(ranking.index(one) < ranking.index(other) for ranking in rankings):
                assert order.index(one) < order.index(other)
