"""How far the scorer's two scales and its behaviours agree with rated replies."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from coach.datafile import read_text
from coach.domain import Behaviour, ReplyScore, Speaker, Transcript, Turn
from coach.errors import DataFileError
from coach.evals.statistics import Estimate, bootstrap, f1, spearman, weighted_kappa
from coach.scoring.detector import Observer
from coach.settings import data_folder

Progress = Callable[[int, int], None]
LABELS = "replies_dev.jsonl"
_STEPS = 4
_POINTS_A_STEP = 25


class _Said(BaseModel):
    role: Speaker
    text: str


class _Gold(BaseModel):
    empathy: float
    selling: float
    behaviours: tuple[str, ...]


class RatedReply(BaseModel):
    """A reply in context, with its ratings on scales of 0 to 4."""

    id: str
    history: tuple[_Said, ...]
    reply: str
    gold: _Gold

    @property
    def transcript(self) -> Transcript:
        """What was said before the reply."""
        return Transcript(tuple(Turn(said.role, said.text) for said in self.history))


@dataclass(frozen=True, slots=True)
class ScaleAgreement:
    """One scale: rank correlation, and chance-corrected agreement on the raters' five steps (0 to 4)."""

    scale: str
    spearman: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class BehaviourAgreement:
    """One behaviour: how often the raters named it, how often the scorer did, and the F1 between the two."""

    behaviour: str
    rated: int
    seen: int
    f1: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it, over `replies` rated replies."""

    replies: int
    scales: tuple[ScaleAgreement, ...]
    behaviours: tuple[BehaviourAgreement, ...]

    def macro_f1(self, commonest: int = 15) -> float:
        """The mean F1 over the behaviours that the raters named most."""
        most = sorted(self.behaviours, key=lambda one: -one.rated)[:commonest]
        return float(np.mean([one.f1 for one in most]))


def load_rated(path: Path | None = None) -> tuple[RatedReply, ...]:
    """Read rated replies, a JSON object a line.

    Raises:
        DataFileError: names file, line and fault.
    """
    path = path or data_folder("evals") / "labels" / LABELS
    rated = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rated.append(RatedReply.model_validate(json.loads(line)))
        except json.JSONDecodeError as error:
            raise DataFileError(path, number, f"not JSON: {error.msg}.") from error
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"])
            raise DataFileError(path, number, f"{where}: {fault['msg']}.") from error
    return tuple(rated)


def agreement(rated: Sequence[RatedReply], observer: Observer, progress: Progress | None = None) -> Agreement:
    """Score every reply and hold the scores against the ratings."""
    scores: list[ReplyScore] = []
    for done, one in enumerate(rated, start=1):
        scores.append(observer.score(one.transcript, one.reply))
        if progress is not None:
            progress(done, len(rated))
    gold = {"empathy": np.array([one.gold.empathy for one in rated]), "selling": np.array([one.gold.selling for one in rated])}
    ours = {"empathy": np.array([float(s.empathy) for s in scores]), "selling": np.array([float(s.selling) for s in scores])}
    return Agreement(
        replies=len(rated),
        scales=tuple(ScaleAgreement(scale, bootstrap(spearman, ours[scale], gold[scale]),
                                    bootstrap(weighted_kappa, _steps(ours[scale]), gold[scale])) for scale in gold),
        behaviours=tuple(_behaviour(b, rated, scores) for b in Behaviour))


def _steps(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores of 0 to 100 on the raters' scale of 0 to 4."""
    return np.clip(np.rint(points / _POINTS_A_STEP), 0, _STEPS)


def _behaviour(behaviour: Behaviour, rated: Sequence[RatedReply], scores: Sequence[ReplyScore]) -> BehaviourAgreement:
    named = np.array([behaviour.value in one.gold.behaviours for one in rated])
    seen = np.array([score.shows(behaviour.value) for score in scores])
    return BehaviourAgreement(behaviour.value, int(named.sum()), int(seen.sum()), f1(named, seen))
