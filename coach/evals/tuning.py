"""Tunes the encoder on rated replies and keeps what it says of each: half an hour on two cores, needs torch, seldom done.

`coach/evals/training.py` builds the model from what is kept here. Each training reply is read by an encoder that was tuned
without its writer's group; the encoder that ships is tuned on all of them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import Manager, get_context
from pathlib import Path
from queue import Empty, Queue

import numpy as np
from numpy.typing import NDArray

from coach.errors import SetupError
from coach.evals.labels import RatedReply
from coach.evals.training import encoder_file, readings_file, targets_of
from coach.language.context import ContextReader, Pairs
from coach.language.minilm import packaged, packaged_bert
from coach.scoring.learned import SCALES

Progress = Callable[[int, int], None]
Numbers = NDArray[np.float32]
_Told = Queue[tuple[int, int, int]]
FOLDS = 3
# The last run holds nothing back.
_ALL = FOLDS
_BATCH = 16
_POLL_SECONDS = 0.5


def tune_encoder(rated: Sequence[RatedReply], progress: Progress, jobs: int = 1) -> None:
    """Tune once without each fold of groups and once on all; write the readings and the encoder.

    Args:
        rated: what to learn from.
        progress: told of the steps done in all runs, and of all there are.
        jobs: how many runs at once, each in a process of its own.

    Raises:
        SetupError: torch or the packaged weights are missing.
    """
    if find_spec("torch") is None:
        raise SetupError("Tuning needs torch. Run `make tune`, which brings it.")
    if packaged() is None:
        raise SetupError("Tuning needs the packaged weights of all-MiniLM-L6-v2. Run `make setup`.")
    with Manager() as manager, ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        told: _Told = manager.Queue()
        runs = [pool.submit(_run, rated, held_out, told) for held_out in range(FOLDS + 1)]
        done, totals = [0] * len(runs), [0] * len(runs)
        while not all(run.done() for run in runs):
            try:
                run, done[run], totals[run] = told.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            # What has not begun is taken to be as long as the longest that has.
            progress(sum(done), sum(total or max(totals) for total in totals))
        *folds, whole = [run.result() for run in runs]
    logits = np.zeros((len(rated), len(folds[0]["logits"][0])), dtype=np.float32)
    for fold, found in enumerate(folds):
        logits[_fold_of(rated) == fold] = found["logits"]
    _write(readings_file(), ids=np.array([one.id for one in rated]), logits=logits.astype(np.float16))
    _write(encoder_file(), **whole)


def _fold_of(rated: Sequence[RatedReply]) -> NDArray[np.int64]:
    """The fold of each reply; all of one group are in one."""
    order = sorted({one.group for one in rated})
    return np.array([order.index(one.group) % FOLDS for one in rated])


def _run(rated: Sequence[RatedReply], held_out: int, told: _Told) -> dict[str, NDArray[np.generic]]:
    """One run, in a process of its own: what it says of the fold held out, or where none is, the encoder and its head."""
    from coach.language.tuning import Recipe, tune  # noqa: PLC0415 - torch is there only where one tunes

    folder = packaged()
    if folder is None:
        raise SetupError("The packaged weights of all-MiniLM-L6-v2 have gone.")
    pairs = Pairs.load(folder)
    fold = _fold_of(rated)
    known = np.flatnonzero(fold != held_out).tolist()
    tuned = tune(packaged_bert(folder), [pairs.pair(rated[i].transcript, rated[i].reply) for i in known],
                 targets_of(rated).astype(np.float32)[known], len(SCALES), Recipe(),
                 lambda done, total: told.put((held_out, done, total)))
    if held_out == _ALL:
        adapter = {f"adapter/{name}": array.astype(np.float16) for name, array in tuned.adapter.items()}
        return {"head": tuned.head.astype(np.float16), "bias": tuned.bias, **adapter}
    held = [rated[i] for i in np.flatnonzero(fold == held_out).tolist()]
    return {"logits": _logits(ContextReader(folder, tuned.adapter), tuned.head, tuned.bias, held)}


def _logits(reader: ContextReader, head: Numbers, bias: Numbers, rated: Sequence[RatedReply]) -> Numbers:
    said = []
    for start in range(0, len(rated), _BATCH):
        some = [(one.transcript, one.reply) for one in rated[start : start + _BATCH]]
        said += [reading.whole @ head + bias for reading in reader.read_many(some)]
    return np.array(said, dtype=np.float32)


def _write(path: Path, **arrays: NDArray[np.generic]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
