"""Fairness and gaming: the differences are what they are, and with the scorer that ships they are small."""

from pathlib import Path

import pytest
import yaml

from coach.domain import ReplyScore, ScoreSource, Transcript
from coach.evals.pairs import Difference, by_kind, mean_difference, robustness
from coach.evals.report import robustness_json, robustness_text
from coach.scoring.detector import Detector
from coach.settings import data_folder

IDIOMS = """
pairs:
  - {id: a, kind: typos, history: [{role: customer, text: Hello.}], one: four, other: fourteen}
"""
NAMES = """
people:
  - {name: Ann, title: Ms Ann, he: she, him: her, his: her}
  - {name: Bo, title: Mr Bo, he: he, him: him, his: his}
replies:
  - {history: [{role: customer, text: "{name} left."}], reply: "How is {him}?"}
"""
GAMING = """
contexts:
  - {id: c, history: [{role: customer, text: Hello.}], replies: [plain]}
additions:
  - {kind: formula, text: I hear you.}
"""


class ByLength:
    """Scores by the number of letters: whatever is longer is better."""

    def score(self, history: Transcript, reply: str) -> ReplyScore:
        assert history.turns
        return ReplyScore(len(reply), 50, 50, False, (), (), (), 1.0, ScoreSource("embedded", "m", "", "1"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("idioms", IDIOMS), ("names", NAMES), ("gaming", GAMING)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_differences_by_hand(folder: Path) -> None:
    found = robustness(ByLength(), folder=folder)
    assert found.idioms == (Difference("typos", "four", "fourteen", 4, 0),)
    assert found.names == (Difference("Bo", "How is her?", "How is him?", 0, 0),)
    assert [(one.second, one.empathy) for one in found.gaming] == [("I hear you. plain", 12), ("plain I hear you.", 12)]
    assert found.raised == found.gaming
    assert mean_difference(found.idioms) == (4.0, 0.0)
    assert set(by_kind(found.gaming)) == {"formula"}
    assert "2 of 2 additions raised empathy" in robustness_text(found)
    gaming = robustness_json(found)["gaming"]
    assert isinstance(gaming, dict)
    assert gaming["raised"] == 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_scorer_that_ships(detector: Detector, tmp_path: Path) -> None:
    """On all idioms and a part of the rest; `coach evals robustness` runs all of it."""
    shipped = data_folder("evals") / "pairs"
    for name, some in (("idioms", {}), ("names", {"people": 4}), ("gaming", {"contexts": 4, "additions": 8})):
        data = yaml.safe_load((shipped / f"{name}.yaml").read_text("utf-8"))
        data |= {key: data[key][:: max(1, len(data[key]) // count)] for key, count in some.items()}
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    found = robustness(detector, folder=tmp_path)
    empathy, selling = mean_difference(found.names)
    assert empathy <= 1
    assert selling <= 1
    assert len(found.gaming) >= 100
    # A little above what it is: a change that makes it worse is seen here.
    assert len(found.raised) <= 0.04 * len(found.gaming), robustness_text(found)
    assert max(mean_difference(found.idioms)) <= 5.5, robustness_text(found)
