"""Ranking by words (BM25), and making one ranking out of several."""

import logging
from collections import defaultdict
from collections.abc import Sequence

import bm25s
import numpy as np

from coach.language.text import content_words

# The constant of reciprocal rank fusion; 60 is what its authors found to work on every collection they tried.
RRF_K = 60
# The library sets its own logger to DEBUG, and so would fill the log of anyone who logs at all.
logging.getLogger("bm25s").setLevel(logging.WARNING)


class WordIndex:
    """BM25 over the stems of the content words, in memory. Reading is safe from several threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._bm25 = bm25s.BM25()
        self._bm25.index([list(content_words(text)) for text in texts], show_progress=False)

    def ranked(self, query: str) -> list[int]:
        """Places in `texts` of those that share a word with `query`, best first."""
        stems = list(content_words(query))
        if not stems:
            return []
        scores = self._bm25.get_scores(stems)
        return [int(place) for place in np.argsort(-scores, kind="stable") if scores[place] > 0]


def fuse(*rankings: Sequence[str]) -> dict[str, float]:
    """Reciprocal rank fusion: the sum of 1 / (k + rank) over the rankings an id stands in, ranks from 1, best first.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods",
    SIGIR 2009; k = 60 as there. Ranks, unlike scores, can be added up without putting cosines and BM25 on one scale.
    At a tie the earlier ranking decides.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] += 1 / (RRF_K + rank)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))
