"""Tunes the encoder on rated replies and keeps what it says of each: slow (an hour on one core), needs torch, seldom done.

`coach/evals/training.py` builds the model from what is kept here. Each training reply is read by an encoder that was tuned
without its writer's group; the encoder that ships is tuned on all of them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.errors import SetupError
from coach.evals.labels import RatedReply
from coach.evals.training import encoder_file, readings_file, targets_of
from coach.language.context import ContextReader, Pairs
from coach.language.minilm import packaged, packaged_bert
from coach.scoring.learned import SCALES

Progress = Callable[[str, int, int], None]
FOLDS = 4
_BATCH = 16


def tune_encoder(rated: Sequence[RatedReply], progress: Progress) -> None:
    """Tune once without each fold of groups and once on all; write the readings and the encoder.

    Raises:
        SetupError: torch or the packaged weights are missing.
    """
    try:
        from coach.language.tuning import Recipe, Tuned, tune  # noqa: PLC0415 - torch is there only where one tunes
    except ImportError as error:
        raise SetupError("Tuning needs torch. Run `make tune`, which brings it.") from error
    folder = packaged()
    if folder is None:
        raise SetupError("Tuning needs the packaged weights of all-MiniLM-L6-v2. Run `make setup`.")
    bert, pairs = packaged_bert(folder), Pairs.load(folder)
    read = [pairs.pair(one.transcript, one.reply) for one in rated]
    targets = targets_of(rated).astype(np.float32)
    order = sorted({one.group for one in rated})
    folds = np.array([order.index(one.group) % FOLDS for one in rated])

    def tuned_on(rows: NDArray[np.int64], what: str) -> Tuned:
        return tune(bert, [read[i] for i in rows], targets[rows], len(SCALES), Recipe(),
                    lambda done, total: progress(what, done, total))

    logits = np.zeros(targets.shape, dtype=np.float32)
    for fold in range(FOLDS):
        held = np.flatnonzero(folds == fold)
        tuned = tuned_on(np.flatnonzero(folds != fold), f"Fold {fold + 1} of {FOLDS}, steps")
        logits[held] = _logits(ContextReader(folder, tuned.adapter), tuned.head, tuned.bias, [rated[i] for i in held.tolist()])
    whole = tuned_on(np.arange(len(rated)), "All replies, steps")
    _write(readings_file(), ids=np.array([one.id for one in rated]), logits=logits.astype(np.float16))
    adapter = {f"adapter/{name}": array.astype(np.float16) for name, array in whole.adapter.items()}
    _write(encoder_file(), head=whole.head.astype(np.float16), bias=whole.bias, **adapter)


def _logits(reader: ContextReader, head: NDArray[np.float32], bias: NDArray[np.float32],
            rated: Sequence[RatedReply]) -> NDArray[np.float32]:
    said = []
    for start in range(0, len(rated), _BATCH):
        some = [(one.transcript, one.reply) for one in rated[start : start + _BATCH]]
        said += [reading.whole @ head + bias for reading in reader.read_many(some)]
    return np.array(said, dtype=np.float32)


def _write(path: Path, **arrays: NDArray[np.generic]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
