"""Agreement with rated replies: the figures are right, the file's faults are named, the command runs."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from coach.cli.main import cli
from coach.errors import DataFileError
from coach.evals.agreement import agreement, scored
from coach.evals.labels import load_rated
from coach.evals.statistics import bootstrap, f1, spearman, weighted_kappa
from coach.scoring.detector import Detector


def test_spearman_by_hand() -> None:
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 30, 40])) == pytest.approx(1)
    assert spearman(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == pytest.approx(-1)
    # Ties at their mean rank: ranks 1.5, 1.5, 3 against 1, 2, 3 give 1.5 / sqrt(1.5 * 2).
    assert spearman(np.array([1.0, 1, 2]), np.array([1.0, 2, 3])) == pytest.approx(1.5 / np.sqrt(3))
    assert spearman(np.array([1.0, 1]), np.array([1.0, 2])) == 0


def test_weighted_kappa_by_hand() -> None:
    one, two = np.array([0.0, 4, 2, 2]), np.array([0.0, 4, 2, 2])
    assert weighted_kappa(one, two) == 1
    # Observed squared difference 2/4; by chance the mean of all 16 pairs, 72/16 here.
    assert weighted_kappa(np.array([0.0, 4, 1, 3]), np.array([0.0, 4, 2, 2])) == pytest.approx(1 - 0.5 / 4.5)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30))
def test_figures_stay_within_their_bounds(pairs: list[tuple[int, int]]) -> None:
    one, two = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    assert -1 - 1e-9 <= spearman(one, two) <= 1 + 1e-9
    assert weighted_kappa(one, two) <= 1
    assert weighted_kappa(one, one) == 1
    estimate = bootstrap(weighted_kappa, one, two, draws=50)
    assert estimate.low <= estimate.high
    assert bootstrap(weighted_kappa, one, two, draws=50) == estimate


def test_f1() -> None:
    assert f1(np.array([True, True, False]), np.array([True, False, True])) == pytest.approx(0.5)
    assert f1(np.array([False]), np.array([False])) == 1


def test_the_labels_that_ship(detector: Detector) -> None:
    rated = load_rated()
    assert len(rated) == 160
    found = agreement(rated, scored(rated, detector))
    assert found.replies == 160
    assert {one.scale for one in found.scales} == {"empathy", "selling", "overall"}
    # A little below what it is: a change that makes it worse is seen here.
    assert min(one.spearman.value for one in found.scales) > 0.79
    assert min(one.kappa.value for one in found.scales) > 0.79
    assert found.macro_f1() > 0.61
    assert max(map(abs, found.length.values())) < 0.2
    assert found.calibration_error < 0.12
    assert sum(band.replies for band in found.sureness) == 160
    assert sum(one.rated for one in found.behaviours) == sum(len(one.gold.behaviours) for one in rated)


@pytest.mark.parametrize(("line", "told"), [("{", "line 2: not JSON"), ('{"id": "x"}', "line 2: history: Field required")])
def test_a_faulty_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=told):
        load_rated(file)


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    one = {"id": "1", "history": [{"role": "customer", "text": "We have been sold."}], "reply": "How are you?",
           "gold": {"empathy": 3, "selling": 0, "behaviours": ["invites_more"]}}
    two = one | {"id": "2", "reply": "And the contract?", "gold": {"empathy": 0, "selling": 4, "behaviours": []}}
    file.write_text("\n".join(json.dumps(row) for row in (one, two)), encoding="utf-8")
    ran = CliRunner().invoke(cli, ["evals", "agreement", "--labels", str(file), "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["replies"] == 2
    assert "Spearman" in CliRunner().invoke(cli, ["evals", "agreement", "--labels", str(file)]).stdout


def test_scores_that_were_written_before(tmp_path: Path) -> None:
    """The judge's answers cost time and money; they are held against the ratings as they lie there."""
    rows = [{"id": one.id, "empathy": 25 * one.gold.empathy, "selling": 25 * one.gold.selling, "overall": 25 * one.gold.overall,
             "earned": one.gold.earned, "confidence": 0.9, "observations": [{"behaviour": b} for b in one.gold.behaviours],
             "source": {"engine": "model", "model": "a judge"}}
            for one in load_rated()[:30]]
    file = tmp_path / "scores.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    ran = CliRunner().invoke(cli, ["evals", "agreement", "--scores", str(file), "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert found["replies"] == 30
    assert found["by"] == {"model (a judge)": 30}
    assert all(scale["kappa"]["value"] == pytest.approx(1) for scale in found["scales"])
    file.write_text(json.dumps(rows[0] | {"id": "nobody's"}), encoding="utf-8")
    ran = CliRunner().invoke(cli, ["evals", "agreement", "--scores", str(file)])
    assert ran.exit_code != 0
    assert "compare their ids" in ran.stderr
