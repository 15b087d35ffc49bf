"""What was learned from rated replies: from a reply in its context to amounts, behaviours, and how sure. Arithmetic only.

Two parts look at the reply: a linear model over its n-grams ("words") and a linear head over the tuned encoder ("reading").
A last linear layer weighs what both say with the named features of `features.py`. Every step is linear in something that has a
name, so that it can be told what moved a score (`reasons.py`). Trained by `coach/evals/training.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coach.domain import Behaviour, Transcript
from coach.errors import SetupError
from coach.language.bert import WIDTH
from coach.language.context import ContextReader, Reading
from coach.language.ngrams import ngrams
from coach.scoring.reasons import Mover

MODEL_FILE = Path(__file__).parent / "model" / "detector.npz"
Numbers = NDArray[np.float32]
SCALES = ("empathy", "selling", "overall")
# What is learned, in order: the three amounts (0 to 1), whether the selling is earned, the behaviours (probabilities).
TARGETS = (*SCALES, "earned", *(behaviour.value for behaviour in Behaviour))
_FIRST_BEHAVIOUR = TARGETS.index(Behaviour.ACKNOWLEDGES.value)
_REPLY_STATES = slice(WIDTH, 2 * WIDTH)


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear layer over standardised inputs: `(inputs - mean) / spread @ weights + bias`."""

    mean: Numbers
    spread: Numbers
    weights: Numbers
    bias: Numbers

    def __call__(self, inputs: Numbers) -> Numbers:
        """Outputs for one row of inputs or many."""
        return np.asarray((inputs - self.mean) / self.spread @ self.weights + self.bias, dtype=np.float32)

    def shares(self, inputs: Numbers, output: int) -> Numbers:
        """What each of one row of inputs gives to `output`; with the bias they come to it."""
        return np.asarray((inputs - self.mean) / self.spread * self.weights[:, output], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the learned part makes of one reply.

    Attributes:
        amounts: empathy, selling and overall, 0 to 100.
        earned: probability that the selling in it is welcome at this stage.
        behaviours: probability of each behaviour.
        confidence: probability that empathy and selling both lie within 25 points (a step of the raters) of the raters' median.
        evidence: by behaviour, how much each sentence speaks for it; empty where no encoder is at hand.
        movers: what moved empathy and selling.
        doubt_inputs: what the confidence was computed from, for training.
    """

    amounts: Mapping[str, float]
    earned: float
    behaviours: Mapping[str, float]
    confidence: float
    evidence: Mapping[str, tuple[float, ...]]
    movers: tuple[Mover, ...]
    doubt_inputs: Numbers


class Model:
    """The artefact. With the encoder's weights at hand it reads; without them it goes by words and features."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._a = arrays
        self._words: Numbers = np.asarray(arrays["words"], dtype=np.float32)
        self._head: Numbers = np.asarray(arrays["head"], dtype=np.float32)
        self._head_bias: Numbers = np.asarray(arrays["head_bias"], dtype=np.float32)
        self.thresholds = dict(zip(TARGETS[_FIRST_BEHAVIOUR:], np.asarray(arrays["thresholds"]).tolist(), strict=True))
        self.version = str(arrays["version"])
        self.hollow_embedder = str(arrays["hollow_embedder"])
        self.hollow_from = float(arrays["hollow_from"])

    @classmethod
    def load(cls, path: Path = MODEL_FILE) -> Self:
        """Read the artefact.

        Raises:
            SetupError: it is not there or can not be read.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls({name: stored[name] for name in stored.files})
        except (OSError, ValueError, KeyError) as error:
            raise SetupError(f"The scorer's model at {path} can not be read ({error}). Install coach again.") from error

    @cached_property
    def reader(self) -> ContextReader | None:
        """The tuned encoder; None where the packaged weights are absent."""
        adapter = {name.removeprefix("adapter/"): np.asarray(array, dtype=np.float32)
                   for name, array in self._a.items() if name.startswith("adapter/")}
        return ContextReader.load(adapter)

    def words(self, reply: str) -> Numbers:
        """What the n-grams say, one number a target."""
        places, values = ngrams(reply)
        return np.asarray(values @ self._words[places], dtype=np.float32)

    def read(self, reading: Reading) -> Numbers:
        """What the encoder says, one logit a target."""
        return np.asarray(reading.whole @ self._head + self._head_bias, dtype=np.float32)

    def hollow(self, given: Numbers) -> float:
        """Probability that a sentence would fit anybody; `given` as `hollow.hollow_inputs`."""
        return _sigmoid(self._layer("hollow")(given)[0])

    def judge(self, features: Mapping[str, Mapping[str, float]], reply: str, reading: Reading | None) -> Learned:
        """All that is learned about one reply.

        Args:
            features: of `features.dense`.
            reply: as it was said.
            reading: of `reader`, or None.
        """
        said = self.words(reply)
        read = None if reading is None else self.read(reading)
        layer, given = self._layer("full" if read is not None else "bare"), inputs(features, said, read)
        last = layer(given)
        doubts = doubt_inputs(last, said, read)
        sure = self._layer("doubt_full" if read is not None else "doubt_bare")(doubts)
        return Learned(
            amounts={scale: float(self._spread_out(scale, last[i])) for i, scale in enumerate(SCALES)},
            earned=_sigmoid(last[len(SCALES)]),
            behaviours={name: _sigmoid(last[i]) for i, name in enumerate(TARGETS) if i >= _FIRST_BEHAVIOUR},
            confidence=_sigmoid(sure[0]), evidence={} if reading is None else self._evidence(reading),
            movers=_movers(layer, given, features, len(said), 0 if read is None else len(read)), doubt_inputs=doubts)

    def _layer(self, name: str) -> Layer:
        parts = (np.asarray(self._a[f"{name}/{part}"], dtype=np.float32) for part in ("mean", "spread", "weights", "bias"))
        return Layer(*parts)

    def _spread_out(self, scale: str, amount: np.float32) -> float:
        """The amount on the raters' scale: a mean of many opinions is tamer than any rater."""
        points = np.asarray(self._a[f"curve/{scale}"], dtype=np.float32)
        return float(np.interp(amount, points[0], points[1])) * 100

    def _evidence(self, reading: Reading) -> Mapping[str, tuple[float, ...]]:
        by_sentence = reading.sentences @ self._head[_REPLY_STATES]
        return {name: tuple(by_sentence[:, i].tolist()) for i, name in enumerate(TARGETS) if i >= _FIRST_BEHAVIOUR}


def _movers(layer: Layer, given: Numbers, features: Mapping[str, Mapping[str, float]], words: int,
            read: int) -> tuple[Mover, ...]:
    """What each input of the last layer gave to empathy and to selling; the n-grams and the reading each as one."""
    empathy, selling = (100 * layer.shares(given, i) for i in range(2))
    more = given > layer.mean
    spans = [("words", slice(0, words)), ("reading", slice(words, words + read))]
    names = [name for group in features.values() for name in group]
    spans += [(name, slice(words + read + i, words + read + i + 1)) for i, name in enumerate(names)]
    return tuple(Mover(name, bool(more[span].any()), float(empathy[span].sum()), float(selling[span].sum()))
                 for name, span in spans if span.stop > span.start)


def inputs(features: Mapping[str, Mapping[str, float]], words: Numbers, read: Numbers | None) -> Numbers:
    """The row of numbers that the last layer weighs; its order is fixed by the features' own."""
    named = [value for group in features.values() for value in group.values()]
    return np.concatenate([words, *([] if read is None else [read]), np.array(named, dtype=np.float32)])


def doubt_inputs(last: Numbers, words: Numbers, read: Numbers | None) -> Numbers:
    """What tells how sure a score can be: how far the parts disagree, and how near the amounts are to the middle."""
    amounts = last[: len(SCALES)]
    other = words[: len(SCALES)] if read is None else 1 / (1 + np.exp(-read[: len(SCALES)]))
    middle = 1 - np.abs(2 * np.clip(amounts, 0, 1) - 1)
    unsure = 4 * (p := 1 / (1 + np.exp(-last[_FIRST_BEHAVIOUR:]))) * (1 - p)
    return np.concatenate([np.abs(amounts - words[: len(SCALES)]), np.abs(amounts - other), middle,
                           [unsure.mean(), unsure.max()]]).astype(np.float32)


def _sigmoid(logit: np.float32 | float) -> float:
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


@lru_cache
def load_model() -> Model:
    """The model that ships, read once a process and not before it is needed."""
    return Model.load()


def read(model: Model, history: Transcript, replies: Sequence[str]) -> Sequence[Reading | None]:
    """The encoder's reading of each of `replies`, or None for each where there is no encoder."""
    if model.reader is None:
        return [None] * len(replies)
    return model.reader.read_many([(history, reply) for reply in replies])
