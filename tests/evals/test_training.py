"""Training: from the same labels the same scores, and the parts of it do what they say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.evals.ablation import ablation, columns_of
from coach.evals.fitting import logistic
from coach.evals.labels import load_rated
from coach.evals.training import (
    Examples,
    curve,
    encoder_file,
    examples,
    fit_last,
    folds_of,
    load_training,
    thresholds,
    train,
)
from coach.language.embeddings import Embedder
from coach.scoring.cues import Cues
from coach.scoring.features import dense
from coach.scoring.learned import SCALES, TARGETS, Model, load_model, read

TOLERANCE_POINTS = 1.0
TOLERANCE_SHARE = 0.02


@pytest.fixture(scope="module")
def found(embedder: Embedder) -> Examples:
    """All training replies as numbers; some minutes."""
    return examples(load_training(), embedder)


@pytest.mark.training
@pytest.mark.timeout(900)
def test_retraining_gives_the_same_scores(found: Examples, embedder: Embedder) -> None:
    with np.load(encoder_file()) as stored:
        again = Model(train(found, {name: stored[name] for name in stored.files}))
    shipped, cues = load_model(), Cues(embedder)
    for one in load_rated()[:40]:
        seen = dense(one.transcript, one.reply, cues.observe(one.transcript, one.reply))
        [reading] = read(shipped, one.transcript, [one.reply])
        for with_reading in (reading, None):
            then, now = (model.judge(seen, one.reply, with_reading) for model in (shipped, again))
            assert all(abs(then.amounts[scale] - now.amounts[scale]) <= TOLERANCE_POINTS for scale in SCALES), one.id
            assert all(abs(p - now.behaviours[name]) <= TOLERANCE_SHARE for name, p in then.behaviours.items()), one.id
            assert abs(then.confidence - now.confidence) <= TOLERANCE_SHARE


@pytest.mark.training
@pytest.mark.timeout(900)
def test_each_group_left_out_tells_its_worth(found: Examples) -> None:
    """On every fourth example; `coach evals ablation` takes all."""
    part = replace(found, groups=found.groups[::4], own=found.own[::4], targets=found.targets[::4], words=found.words[::4],
                   read=found.read[::4], features=found.features[::4])
    worths = {one.without: one for one in ablation(part)}
    assert set(worths) == {"", *columns_of(found)}
    # The encoder is what reads; without it agreement falls well beyond noise.
    assert worths["reading (tuned encoder)"].spearman["empathy"] < worths[""].spearman["empathy"] - 0.02


def test_no_writer_is_in_two_folds() -> None:
    groups = [one.group for one in load_training()]
    folds = folds_of(groups)
    for group in set(groups):
        assert len({fold for fold, of in zip(folds, groups, strict=True) if of == group}) == 1
    assert len(set(folds.tolist())) == 5


def test_training_and_measuring_share_no_reply() -> None:
    assert not {one.reply for one in load_training()} & {one.reply for one in load_rated()}


def test_logistic_regression_finds_what_made_the_data() -> None:
    random = np.random.default_rng(3)
    rows = random.normal(size=(4000, 2))
    truth = (random.random(4000) < 1 / (1 + np.exp(-(1.5 * rows[:, 0] - 0.5)))).astype(float)
    weights, bias = logistic(rows, truth[:, None], 0.01)
    assert weights[:, 0] == pytest.approx([1.5, 0.0], abs=0.15)
    assert bias[0] == pytest.approx(-0.5, abs=0.12)


def test_the_last_layer_keeps_a_plain_relation() -> None:
    random = np.random.default_rng(4)
    rows = random.normal(size=(3000, 3))
    targets = np.zeros((3000, len(TARGETS)))
    targets[:, 0] = 0.5 + 0.1 * rows[:, 1]
    said = fit_last(rows, targets)(rows)
    assert np.corrcoef(said[:, 0], targets[:, 0])[0, 1] > 0.99


@given(st.lists(st.tuples(st.floats(-2, 2), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])), min_size=24, max_size=80))
def test_a_curve_never_falls(points: list[tuple[float, float]]) -> None:
    said, rated = (np.array(side) for side in zip(*points, strict=True))
    at, amounts = curve(said, rated)
    assert (np.diff(at) >= 0).all()
    assert (np.diff(amounts) >= -1e-6).all()
    assert amounts.min() >= 0
    assert amounts.max() <= 1


def test_a_threshold_is_where_f1_is_best() -> None:
    targets = np.zeros((100, len(TARGETS)))
    targets[:30] = 1
    said = np.full((100, len(TARGETS)), -3.0)
    said[:30] = -0.2  # a likelihood of 0.45
    assert ((thresholds(said, targets) > 0.15 - 1e-6) & (thresholds(said, targets) <= 0.45)).all()
