"""How far the scorer's two scales and its behaviours agree with rated replies."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from coach.domain import Behaviour
from coach.errors import InputError
from coach.evals.labels import RatedReply, load_lines
from coach.evals.statistics import Estimate, Numbers, bootstrap, f1, partial_spearman, spearman, weighted_kappa
from coach.language.text import words
from coach.scoring.observer import Observer

Progress = Callable[[int, int], None]
SCALES = ("empathy", "selling", "overall")
_STEPS = 4
_POINTS_A_STEP = 25
_BANDS = 5


@dataclass(frozen=True, slots=True)
class Scored:
    """What is compared of a reply's score: the scales from 0 to 100, the confidence from 0 to 1, the behaviours' ids.

    Attributes:
        by: the engine and model that scored it; a judge that failed has the embedded engine's scores in place of its own.
    """

    empathy: float
    selling: float
    overall: float
    earned: bool
    confidence: float
    behaviours: frozenset[str]
    by: str


class _Observed(BaseModel):
    behaviour: str


class _Source(BaseModel):
    engine: str
    model: str


class _Row(BaseModel):
    """A line that `coach score --replies` writes, as far as it is read here."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    empathy: float
    selling: float
    overall: float
    earned: bool
    confidence: float
    observations: tuple[_Observed, ...]
    source: _Source

    @property
    def scored(self) -> Scored:
        seen = frozenset(one.behaviour for one in self.observations)
        by = f"{self.source.engine} ({self.source.model})"
        return Scored(self.empathy, self.selling, self.overall, self.earned, self.confidence, seen, by)


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
class Sureness:
    """The replies whose confidence lies in one band, and how many of them deserved it.

    Attributes:
        confidence: the mean of what was claimed.
        near: the share whose empathy and selling both came within 25 points of the raters' median.
    """

    replies: int
    confidence: float
    near: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it, over `replies` rated replies.

    Attributes:
        by: how many replies each engine and model scored.
        length: by scale, Spearman's correlation of score and word count with the ratings held fixed; 0 is fair.
        sureness: the replies in bands of rising confidence.
        earned: F1 of "the selling is earned".
    """

    replies: int
    by: Mapping[str, int]
    scales: tuple[ScaleAgreement, ...]
    behaviours: tuple[BehaviourAgreement, ...]
    earned: float
    length: Mapping[str, float]
    sureness: tuple[Sureness, ...]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: how far claim and truth lie apart, over all bands (Naeini et al., 2015)."""
        return sum(band.replies * abs(band.confidence - band.near) for band in self.sureness) / self.replies

    def macro_f1(self, commonest: int = 15) -> float:
        """The mean F1 over the behaviours that the raters named most."""
        most = sorted(self.behaviours, key=lambda one: -one.rated)[:commonest]
        return float(np.mean([one.f1 for one in most]))


def scored(rated: Sequence[RatedReply], observer: Observer, progress: Progress | None = None) -> tuple[Scored, ...]:
    """Score every reply."""
    scores: list[Scored] = []
    for done, one in enumerate(rated, start=1):
        score = observer.score(one.transcript, one.reply)
        seen = frozenset(str(seen.behaviour) for seen in score.observations)
        by = f"{score.source.engine} ({score.source.model})"
        scores.append(Scored(score.empathy, score.selling, score.overall, score.earned, score.confidence, seen, by))
        if progress is not None:
            progress(done, len(rated))
    return tuple(scores)


def load_scored(path: Path, rated: Sequence[RatedReply]) -> tuple[tuple[RatedReply, ...], tuple[Scored, ...]]:
    """The rated replies whose scores stand in `path`, a file that `coach score --replies` wrote, and those scores.

    Raises:
        DataFileError: names file, line and fault.
        InputError: the file has a score of none of them.
    """
    rows = {row.id: row for row in load_lines(_Row, path)}
    known = tuple(one for one in rated if one.id in rows)
    if not known:
        raise InputError(f"None of the replies scored in {path} is among the rated ones; compare their ids.")
    return known, tuple(rows[one.id].scored for one in known)


def agreement(rated: Sequence[RatedReply], scores: Sequence[Scored]) -> Agreement:
    """Hold the scores against the ratings, pair by pair."""
    gold = {scale: np.array([getattr(one.gold, scale) for one in rated], dtype=np.float64) for scale in SCALES}
    ours = {scale: np.array([getattr(score, scale) for score in scores], dtype=np.float64) for scale in SCALES}
    lengths = np.array([len(words(one.reply)) for one in rated], dtype=np.float64)
    return Agreement(
        replies=len(rated), by=dict(Counter(score.by for score in scores)),
        scales=tuple(ScaleAgreement(scale, bootstrap(spearman, ours[scale], gold[scale]),
                                    bootstrap(weighted_kappa, _steps(ours[scale]), gold[scale])) for scale in gold),
        behaviours=tuple(_behaviour(b, rated, scores) for b in Behaviour),
        earned=f1(np.array([one.gold.earned for one in rated]), np.array([score.earned for score in scores])),
        length={scale: partial_spearman(ours[scale], lengths, gold[scale]) for scale in SCALES},
        sureness=_sureness(ours, gold, np.array([score.confidence for score in scores])))


def _sureness(ours: Mapping[str, Numbers], gold: Mapping[str, Numbers], claimed: Numbers) -> tuple[Sureness, ...]:
    near = np.logical_and(*(np.abs(ours[scale] - _POINTS_A_STEP * gold[scale]) <= _POINTS_A_STEP for scale in SCALES[:2]))
    bands = np.array_split(np.argsort(claimed, kind="stable"), min(_BANDS, len(claimed)))
    return tuple(Sureness(len(band), float(claimed[band].mean()), float(near[band].mean())) for band in bands)


def _steps(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores of 0 to 100 on the raters' scale of 0 to 4."""
    return np.clip(np.rint(points / _POINTS_A_STEP), 0, _STEPS)


def _behaviour(behaviour: Behaviour, rated: Sequence[RatedReply], scores: Sequence[Scored]) -> BehaviourAgreement:
    named = np.array([behaviour.value in one.gold.behaviours for one in rated])
    seen = np.array([behaviour.value in score.behaviours for score in scores])
    return BehaviourAgreement(behaviour.value, int(named.sum()), int(seen.sum()), f1(named, seen))
