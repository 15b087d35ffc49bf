"""Learns which sentences fit anybody, from padding written for the purpose and from what warm, short replies say."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from coach.domain import Transcript
from coach.evals.fitting import Fitted, Matrix, logistic, standard, standardised
from coach.evals.labels import PADDING, Padding, RatedReply, labels, load_lines
from coach.evals.variants import is_variant
from coach.language.embeddings import Embedder
from coach.language.text import sentences
from coach.scoring.hollow import hollow_inputs

_SEED = 11
_FOLDS = 5
# Each sentence of padding in so many conversations; of sentences in warm replies so many.
_PLACES = 3
_WARM_SENTENCES = 3000
_WARM, _FEW = 3, 4
# What is said to the scorer is found by its words.
_BY_WORDS = "scorer"
# By held-out log loss; 50 and 400 are worse.
_RIDGE = 200.0
# The share of padding, held out by its words, that may pass for said to this customer.
_MISSED = 0.01


@dataclass(frozen=True, slots=True)
class HollowSentences:
    """Sentences as `scoring.hollow.hollow_inputs`, a row each; whether each is hollow; a fold each, by its words; by whom."""

    rows: Matrix
    hollow: NDArray[np.bool_]
    folds: NDArray[np.int64]
    embedder: str


def hollow_sentences(rated: Sequence[RatedReply], embedder: Embedder) -> HollowSentences:
    """Sentences of padding in conversations drawn by chance, and sentences of warm replies in their own."""
    chance = Random(_SEED)  # noqa: S311 - repeatable on purpose
    own = [one for one in rated if not is_variant(one)]
    warm: list[tuple[Transcript, str]] = []
    for one in own:
        parts = sentences(one.reply)
        if one.gold.empathy >= _WARM and len(parts) <= _FEW:
            warm += [(one.transcript, part.text) for part in parts if not part.is_question]
    padding = [(chance.choice(own).transcript, part.text) for one in load_lines(Padding, labels(PADDING))
               if one.kind != _BY_WORDS for part in sentences(one.text) for _ in range(_PLACES)]
    found = [*padding, *chance.sample(warm, min(_WARM_SENTENCES, len(warm)))]
    rows = np.array([hollow_inputs(history, text, embedder) for history, text in found], dtype=np.float64)
    folds = np.array([crc32(text.encode()) % _FOLDS for _, text in found])
    return HollowSentences(rows, np.arange(len(found)) < len(padding), folds, embedder.name)


def fit_hollow(found: HollowSentences) -> dict[str, NDArray[np.generic]]:
    """The layer and its threshold, as the model keeps them."""
    held_out = np.zeros(len(found.rows))
    for fold in range(_FOLDS):
        known, held = found.folds != fold, found.folds == fold
        held_out[held] = _fitted(found.rows[known], found.hollow[known])(found.rows[held])[:, 0]
    likely = 1 / (1 + np.exp(-held_out[found.hollow]))
    return {**_fitted(found.rows, found.hollow).named("hollow"), "hollow_from": np.array(np.quantile(likely, _MISSED)),
            "hollow_embedder": np.array(found.embedder)}


def _fitted(rows: Matrix, hollow: NDArray[np.bool_]) -> Fitted:
    return Fitted(*standard(rows), *logistic(standardised(rows), hollow[:, None].astype(np.float64), _RIDGE))
