"""A text as hashed n-grams: which words, pairs of words and pieces of words stand in it, in a vector of fixed width.

Feature hashing (Weinberger et al., 2009) keeps no vocabulary, so that a model over it is a single matrix. Words of one and two,
pieces of two to five characters within a word, each counted as 1 + log(count).
"""

import math
from collections import Counter
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from coach.language.plain import levelled
from coach.language.text import words

BUCKETS = 2**15
_PIECES = range(2, 6)
# Marks carry meaning here ("…", "?", "%", currency); letters and digits come as words.
_MARKS = "?!…%€£$;:()[]"


def ngrams(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The buckets that `text` fills and how much, of two parts (words, pieces) each of length 1; nobody's name among them."""
    said = words(levelled(text))
    marks = [mark for mark in text if mark in _MARKS]
    wholes = Counter((*said, *(f"{a} {b}" for a, b in pairwise(said)), *(f"mark {mark}" for mark in marks)))
    pieces = Counter(f" {word} "[i : i + n] for word in said for n in _PIECES for i in range(len(word) + 3 - n))
    buckets: dict[int, float] = {}
    for kind, counted in (("w", wholes), ("p", pieces)):
        values = {gram: 1 + math.log(count) for gram, count in counted.items()}
        length = math.sqrt(sum(value * value for value in values.values())) or 1.0
        for gram, value in values.items():
            bucket = crc32(f"{kind}{gram}".encode(errors="replace")) % BUCKETS
            buckets[bucket] = buckets.get(bucket, 0.0) + value / length
    places = np.fromiter(buckets.keys(), dtype=np.int64, count=len(buckets))
    return places, np.fromiter(buckets.values(), dtype=np.float32, count=len(buckets))
