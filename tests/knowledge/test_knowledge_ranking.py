"""BM25 and the fusion of rankings."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.knowledge.ranking import WordIndex, fuse


def test_words_rank_by_how_telling_they_are() -> None:
    words = WordIndex(["the client lost a client", "the client apologised", "golf, weather, client"])
    assert words.ranked("Has the client apologised?")[0] == 1
    assert words.ranked("golf") == [2]
    assert words.ranked("what do you?") == words.ranked("") == words.ranked("xylophone") == []


def test_a_passage_without_content_words_is_no_trouble() -> None:
    assert WordIndex(["so it is", "golf"]).ranked("golf") == [1]


def test_the_library_keeps_quiet(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="root"):
        WordIndex(["golf"]).ranked("golf")
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
