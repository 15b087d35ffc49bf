"""Trains the embedded detector from rated replies: the words' model, the last layer, its thresholds and its confidence.

Fast, and numpy alone: what the tuned encoder says of each training reply was kept when it was tuned (`evals/training/`), each
reply read by an encoder that had not been trained on its writer's group. The same labels give the same model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.errors import InputError
from coach.evals.fitting import Fitted, Matrix, logistic, standard, standardised
from coach.evals.hollow import HollowSentences, fit_hollow, hollow_sentences
from coach.evals.labels import TRAIN, RatedReply, labels, load_rated
from coach.evals.statistics import f1
from coach.evals.variants import is_variant, variants
from coach.language.embeddings import Embedder, Vectors
from coach.language.ngrams import BUCKETS, ngrams
from coach.language.text import sentences
from coach.scoring.cues import Cues
from coach.scoring.features import dense
from coach.scoring.learned import MODEL_FILE, SCALES, TARGETS, doubt_inputs, inputs
from coach.settings import data_folder

Progress = Callable[[int, int], None]
Arrays = Mapping[str, NDArray[np.generic]]
VERSION = "learned-2"
FOLDS = 5
_FIRST_YES_NO = len(SCALES)
_FIRST_BEHAVIOUR = _FIRST_YES_NO + 1
_STEPS = 4
# Strengths of the ridge penalties, chosen by cross-validation over the writers' groups.
_WORDS_RIDGE = 4.0
_LAST_RIDGE = 1000.0
_LAST_LOGISTIC = 100.0
_DOUBT_LOGISTIC = 1.0
_NEAR = 0.25
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Examples:
    """The training replies as numbers, a row each.

    Attributes:
        groups: who wrote each.
        own: whether each is a reply of its own, not a variant of another. All are learned from; what is measured on held-out
            replies (thresholds, curves, confidence) is measured on these.
        targets: amounts 0 to 1, then yes or no as 1 or 0; columns as `TARGETS`.
        words: hashed n-grams, weighted by `idf`.
        read: the encoder's logits, columns as `TARGETS`.
        features: named features of each reply.
        hollow: sentences that fit anybody, and others.
    """

    groups: tuple[str, ...]
    own: NDArray[np.bool_]
    targets: Matrix
    words: NDArray[np.float32]
    idf: NDArray[np.float32]
    read: NDArray[np.float32]
    features: tuple[Mapping[str, Mapping[str, float]], ...]
    hollow: HollowSentences


class _Ahead:
    """An embedder that has embedded many texts ahead, in batches of like length: five times quicker than a few at a time."""

    def __init__(self, inner: Embedder, texts: Sequence[str]) -> None:
        self._inner = inner
        self.name, self.related = inner.name, inner.related
        unique = sorted(set(texts), key=len)
        self._known = {text: vector for start in range(0, len(unique), _BATCH)
                       for text, vector in zip(unique[start : start + _BATCH], inner.embed(unique[start : start + _BATCH]),
                                               strict=True)}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the embedder within."""
        if all(text in self._known for text in texts) and texts:
            return np.stack([self._known[text] for text in texts])
        return self._inner.embed(texts)


def targets_of(rated: Sequence[RatedReply]) -> Matrix:
    """The ratings as `Examples.targets`."""
    rows = [[one.gold.empathy / _STEPS, one.gold.selling / _STEPS, one.gold.overall / _STEPS, float(one.gold.earned),
             *(float(name in one.gold.behaviours) for name in TARGETS[_FIRST_BEHAVIOUR:])] for one in rated]
    return np.array(rows, dtype=np.float64)


def load_training() -> tuple[RatedReply, ...]:
    """All replies for training that ship, in order, and behind them their variants."""
    rated = tuple(one for name in TRAIN for one in load_rated(labels(name)))
    return (*rated, *variants(rated))


def readings_file() -> Path:
    """What the tuned encoder said of the training replies."""
    return data_folder("evals") / "training" / "readings.npz"


def encoder_file() -> Path:
    """The adapter and the head of the tuned encoder."""
    return data_folder("evals") / "training" / "encoder.npz"


def train_model(rated: Sequence[RatedReply], embedder: Embedder, progress: Progress | None = None,
                out: Path = MODEL_FILE) -> Path:
    """Train on `rated` and write the model.

    Raises:
        InputError: as `examples`.
    """
    with np.load(encoder_file(), allow_pickle=False) as stored:
        encoder = {name: stored[name] for name in stored.files}
    arrays = train(examples(rated, embedder, progress), encoder)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out


def examples(rated: Sequence[RatedReply], embedder: Embedder, progress: Progress | None = None) -> Examples:
    """The replies as numbers.

    Raises:
        InputError: a reply has no reading yet: the encoder must be tuned again first.
    """
    with np.load(readings_file(), allow_pickle=False) as kept:
        place = {str(name): row for row, name in enumerate(kept["ids"])}
        missing = [one.id for one in rated if one.id not in place]
        if missing:
            raise InputError(f"The encoder has not read {len(missing)} of the training replies, {missing[0]!r} first; tune it "
                             "again with `make tune`.")
        read = np.asarray(kept["logits"], dtype=np.float32)[[place[one.id] for one in rated]]
    cues = Cues(_Ahead(embedder, [part.text for one in rated for part in sentences(one.reply)]))
    features = []
    for done, one in enumerate(rated, start=1):
        features.append(dense(one.transcript, one.reply, cues.observe(one.transcript, one.reply)))
        if progress is not None:
            progress(done, len(rated))
    words = np.zeros((len(rated), BUCKETS), dtype=np.float32)
    own = np.array([not is_variant(one) for one in rated])
    for row, one in enumerate(rated):
        places, values = ngrams(one.reply)
        words[row, places] = values
    held = (words > 0).sum(axis=0)
    idf = np.where(held > 1, np.log((1 + len(rated)) / (1 + held)) + 1, 0).astype(np.float32)
    words *= idf
    return Examples(tuple(one.group for one in rated), own, targets_of(rated), words, idf, read, tuple(features),
                    hollow_sentences(rated, embedder))


def train(found: Examples, encoder: Arrays, *, version: str = VERSION) -> Arrays:
    """The model as arrays; see `scoring.learned.Model`."""
    folds = folds_of(found.groups)
    alike = alike_of(found.words)
    words = cross_words(alike, found.targets, folds)
    arrays: dict[str, NDArray[np.generic]] = {
        "version": np.array(version),
        "words": (fit_words(found.words, alike, found.targets) * found.idf[:, None]).astype(np.float16),
        "head": encoder["head"].astype(np.float16), "head_bias": encoder["bias"].astype(np.float32),
    } | {name: array.astype(np.float16) for name, array in encoder.items() if name.startswith("adapter/")}
    arrays |= fit_hollow(found.hollow)
    for kind, read in (("full", found.read), ("bare", None)):
        rows = rows_of(found, words, read)
        held_out = cross_last(rows, found.targets, folds)
        arrays |= fit_last(rows, found.targets).named(kind)
        doubts = np.array([doubt_inputs(last, said, None if read is None else read[i])
                           for i, (last, said) in enumerate(zip(held_out, words, strict=True))])[found.own]
        held_out, truths = held_out[found.own], found.targets[found.own]
        if read is not None:
            arrays["thresholds"] = thresholds(held_out, truths)
            curves = [curve(held_out[:, i], truths[:, i]) for i in range(len(SCALES))]
            arrays |= {f"curve/{scale}": points for scale, points in zip(SCALES, curves, strict=True)}
        near = _near(held_out, truths, [np.asarray(arrays[f"curve/{scale}"], dtype=np.float64) for scale in SCALES])
        doubt = Fitted(*standard(doubts), *logistic(standardised(doubts), near[:, None], _DOUBT_LOGISTIC))
        arrays |= doubt.named(f"doubt_{kind}")
    return arrays


def folds_of(groups: Sequence[str]) -> NDArray[np.int64]:
    """The fold of each reply; one writer's replies are all in one."""
    order = sorted(set(groups))
    return np.array([order.index(group) % FOLDS for group in groups])


def fit_words(words: NDArray[np.float32], alike: Matrix, targets: Matrix) -> NDArray[np.float32]:
    """Ridge regression in its dual form, since there are far more n-grams than replies; the last layer has the bias."""
    dual = np.linalg.solve(alike + _WORDS_RIDGE * np.eye(len(alike)), targets)
    return np.asarray(words.T @ dual.astype(np.float32))


def alike_of(words: NDArray[np.float32]) -> Matrix:
    """How alike each two replies are by their n-grams: all that ridge regression in its dual form needs of them."""
    return np.asarray(words @ words.T, dtype=np.float64)


def cross_words(alike: Matrix, targets: Matrix, folds: NDArray[np.int64]) -> NDArray[np.float32]:
    """What a words' model says of each reply whose group it has not seen."""
    said = np.zeros((len(folds), len(TARGETS)), dtype=np.float32)
    for fold in range(FOLDS):
        known, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        dual = np.linalg.solve(alike[np.ix_(known, known)] + _WORDS_RIDGE * np.eye(len(known)), targets[known])
        said[held] = alike[np.ix_(held, known)] @ dual
    return said


def rows_of(found: Examples, words: NDArray[np.float32], read: NDArray[np.float32] | None) -> Matrix:
    """The inputs of the last layer, a row a reply."""
    rows = [inputs(features, words[i], None if read is None else read[i]) for i, features in enumerate(found.features)]
    return np.array(rows, dtype=np.float64)


def fit_last(rows: Matrix, targets: Matrix) -> Fitted:
    """The last layer: ridge regression for the amounts, logistic regression for yes or no."""
    mean, spread = standard(rows)
    inner = (rows - mean) / spread
    centre = targets[:, :_FIRST_YES_NO].mean(axis=0)
    amounts = np.linalg.solve(inner.T @ inner + _LAST_RIDGE * np.eye(inner.shape[1]),
                              inner.T @ (targets[:, :_FIRST_YES_NO] - centre))
    weights, bias = logistic(inner, targets[:, _FIRST_YES_NO:], _LAST_LOGISTIC)
    return Fitted(mean, spread, np.hstack([amounts, weights]), np.concatenate([centre, bias]))


def cross_last(rows: Matrix, targets: Matrix, folds: NDArray[np.int64]) -> Matrix:
    """What a last layer says of each reply whose group it has not seen."""
    said = np.zeros_like(targets)
    for fold in range(FOLDS):
        said[folds == fold] = fit_last(rows[folds != fold], targets[folds != fold])(rows[folds == fold])
    return said


def thresholds(said: Matrix, targets: Matrix) -> NDArray[np.float32]:
    """For each behaviour the probability from which it counts as seen: where F1 is best over held-out replies."""
    # What is rarely named is best found at a low likelihood; a page need not tell all that is found (`domain.FAINT`).
    grid = np.arange(0.15, 0.66, 0.05)
    best = []
    for column in range(_FIRST_BEHAVIOUR, targets.shape[1]):
        p, named = 1 / (1 + np.exp(-said[:, column])), targets[:, column] > 0
        best.append(grid[int(np.argmax([f1(named, p >= least) for least in grid]))])
    return np.array(best, dtype=np.float32)


def curve(said: Matrix, rated: Matrix, knots: int = 12) -> NDArray[np.float32]:
    """A rising curve from what is said to what raters mean by it: means of held-out ratings over equal shares, made to rise.

    Returns:
        shape (2, knots): what is said, and the amount 0 to 1.
    """
    order = np.argsort(said)
    shares = np.array_split(order, knots)
    at, amounts = [float(said[share].mean()) for share in shares], [float(rated[share].mean()) for share in shares]
    return np.array([at, _rising(amounts)], dtype=np.float32)


def _rising(values: Sequence[float]) -> list[float]:
    """The nearest sequence that never falls, by pooling adjacent violators (Ayer et al., 1955)."""
    pools: list[list[float]] = []
    for value in values:
        pools.append([value])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    return [float(np.mean(pool)) for pool in pools for _ in pool]


def _near(said: Matrix, targets: Matrix, curves: Sequence[Matrix]) -> Matrix:
    """1 where both empathy and selling came within a step of the raters, else 0."""
    within = [np.abs(np.interp(said[:, i], *curves[i]) - targets[:, i]) <= _NEAR for i in range(2)]
    return np.asarray(np.logical_and(*within), dtype=np.float64)
