"""Ranking by words (BM25), and making one ranking out of several."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import bm25s
import numpy as np

from coach.language.text import content_words

# The constant of reciprocal rank fusion; 60 is what its authors found to work on every collection they tried.
RRF_K = 60
_IDS = "ids.json"
_MARK = "\0"
# The library sets its own logger to DEBUG, and so would fill the log of anyone who logs at all.
logging.getLogger("bm25s").setLevel(logging.WARNING)


class WordIndex:
    """BM25 over the stems of the content words. Reading is safe from several threads."""

    def __init__(self, ids: Sequence[str], bm25: "bm25s.BM25") -> None:
        self.ids = tuple(ids)
        self._bm25 = bm25

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> Self:
        """The index of texts, each with its id."""
        ids, stems = [], []
        for item, text in texts:
            ids.append(item)
            # BM25 divides by the mean length; the mark keeps it above 0 where no text has a word, and is asked for by nobody.
            stems.append([_MARK, *content_words(text)])
        bm25 = bm25s.BM25()
        bm25.index(stems, show_progress=False)
        return cls(ids, bm25)

    def save(self, folder: Path) -> None:
        """Write it into `folder`, which is made."""
        self._bm25.save(str(folder))
        (folder / _IDS).write_text(json.dumps(self.ids), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Back from `save`; its numbers are read from disk as they are needed.

        Raises:
            OSError: a file is missing.
            ValueError: one is damaged.
        """
        bm25 = bm25s.BM25.load(str(folder), mmap=True, load_corpus=False)
        return cls(json.loads((folder / _IDS).read_text(encoding="utf-8")), bm25)

    def ranked(self, query: str, most: int) -> dict[str, float]:
        """Ids of texts that share a word with `query`, with their scores, best first, at most `most`."""
        stems = list(dict.fromkeys(content_words(query)))
        if not stems:
            return {}
        scores = self._bm25.get_scores(stems)
        if len(scores) > most:
            # Ties at the edge fall out by place, as in a stable sort.
            edge = np.partition(scores, len(scores) - most)[len(scores) - most]
            above = np.flatnonzero(scores > edge)
            places = np.sort(np.concatenate([above, np.flatnonzero(scores == edge)[: most - len(above)]]))
        else:
            places = np.arange(len(scores))
        order = places[np.argsort(-scores[places], kind="stable")]
        return {self.ids[place]: float(scores[place]) for place in order if scores[place] > 0}


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
