"""Simulated meetings: scripted trainees against real customers, and what the report makes of them."""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from coach.customer.rules import load_rules
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice
from coach.domain import Ending, Level, Transcript, Turn
from coach.domain import Speaker as S
from coach.encounter import Encounter
from coach.errors import InputError, NotFoundError
from coach.evals.simulation import Exchanged, Played, play, shared
from coach.evals.simulation_report import cells, checks, curve, spark, to_text
from coach.evals.trainees import TRAINEES, trainee
from coach.language.embeddings import Embedder
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric


@pytest.fixture(scope="module")
def encounter(scenarios: Scenarios, embedder: Embedder, rubric: Rubric) -> Encounter:
    return Encounter(scenarios, Detector(embedder, rubric), EmbeddedVoice(), embedder, load_rules())


def _chance() -> Random:
    return Random(3)


@pytest.mark.slow
@pytest.mark.parametrize("scenario_id", ["war-room", "best-customer"])
def test_care_learns_more_than_pitching_and_attacks_learn_nothing(encounter: Encounter, scenario_id: str) -> None:
    played = {name: play(encounter, scenario_id, Level.EASY, name, TRAINEES[name], seed=1)
              for name in ("person-first", "pitcher", "injector")}
    assert played["person-first"].learned >= 0.7
    assert played["person-first"].trust[-1] > played["pitcher"].trust[-1]
    assert len(played["pitcher"].told) <= 2
    assert len(played["injector"].told) == 1, "only what the opening tells"
    assert not any(one.early or one.repeated for one in played.values())
    assert played["pitcher"].ending in (Ending.LEFT, Ending.EXCUSED, Ending.FLAT)


def test_the_same_seed_gives_the_same_meeting_and_another_seed_another(encounter: Encounter) -> None:
    one, again, other = (play(encounter, "war-room", Level.HARD, "golfer", TRAINEES["golfer"], seed) for seed in (4, 4, 5))
    assert one == again
    assert shared(one, other) < 0.4


@pytest.mark.parametrize("name", TRAINEES)
def test_each_trainee_says_something_and_the_same_by_the_same_chance(name: str, scenarios: Scenarios) -> None:
    scenario = scenarios.cast("war-room", "")
    history = Transcript((Turn(S.CUSTOMER, scenario.opening[0].line),))
    first = TRAINEES[name](scenario, history, _chance())
    assert first.strip()
    assert first == TRAINEES[name](scenario, history, _chance())
    assert "{" not in first


def test_a_file_of_replies_is_a_trainee(tmp_path: Path, scenarios: Scenarios) -> None:
    path = tmp_path / "replies.txt"
    path.write_text("How are you?\n\n  What happened?  \n", encoding="utf-8")
    said = trainee(str(path))
    scenario, turns = scenarios.cast("war-room", ""), [Turn(S.CUSTOMER, "Hello.")]
    for wanted in ("How are you?", "What happened?", ""):
        reply = said(scenario, Transcript(tuple(turns)), _chance())
        assert reply == wanted
        turns += [Turn(S.TRAINEE, reply), Turn(S.CUSTOMER, "Yes.")]


def test_neither_a_trainee_nor_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="person-first, mixed"):
        trainee("golfist")
    empty = tmp_path / "none.txt"
    empty.write_text("\n \n", encoding="utf-8")
    with pytest.raises(InputError, match="one a line"):
        trainee(str(empty))


def _played(name: str, level: Level, told: int, trust: tuple[float, ...], *, seed: int = 0, lines: str = "") -> Played:
    exchanges = tuple(Exchanged(i, "So?" if i else "", f"{lines or name} {seed} {i}", one, "listen", ())
                      for i, one in enumerate(trust))
    return Played("tea", "ann", level, name, seed, exchanges, 10, tuple(f"f{i}" for i in range(told)), Ending.FLAT, (), ())


def _good() -> list[Played]:
    found = []
    for level, most in ((Level.EASY, 9), (Level.MEDIUM, 7), (Level.HARD, 5)):
        for name, told, trust in (("person-first", most, 0.8), ("mixed", 3, 0.4), ("pitcher", 1, 0.1), ("injector", 1, 0.1)):
            found += [_played(name, level, told, (0.3, trust), seed=seed) for seed in (0, 1)]
    return found


def test_all_checks_hold_over_meetings_as_they_ought_to_be() -> None:
    assert all(check.holds for check in checks(_good())), [check for check in checks(_good()) if not check.holds]


@pytest.mark.parametrize(
    ("what", "spoilt"),
    [
        ("facts learned", {"told": ()}),
        ("harder is harder", {"told": tuple(f"f{i}" for i in range(9))}),
        ("at the hard level", {"told": tuple(f"f{i}" for i in range(9))}),
        ("before its trust", {"early": ("f1",)}),
        ("no line twice", {"repeated": ("So.",)}),
    ],
)
def test_a_check_fails_where_it_should(what: str, spoilt: dict[str, Any]) -> None:
    bad = [replace(one, **spoilt) if (one.trainee, one.level) == ("person-first", Level.HARD) else one
           for one in _good()]
    [check] = [one for one in checks(bad) if what in one.what]
    assert not check.holds
    assert check.where


def test_meetings_that_read_alike_are_told() -> None:
    alike = [_played("golfer", Level.EASY, 1, (0.3, 0.2), lines="Yes.")] * 2
    [check] = [one for one in checks(alike) if "share under" in one.what]
    assert not check.holds


def test_a_meeting_that_is_over_keeps_its_last_trust_in_the_curve() -> None:
    assert curve([_played("a", Level.EASY, 1, (0.2, 0.4)), _played("a", Level.EASY, 1, (0.4, 0.6, 0.8))]) == pytest.approx(
        (0.3, 0.5, 0.6))
    assert spark((0.0, 0.5, 1.0)) == "▁▅█"


def test_the_table_has_a_row_for_each_cell() -> None:
    text = to_text(_good())
    assert len(cells(_good())) == 12
    assert sum("person-first" in line and "tea" in line for line in text.splitlines()) == 3
    assert "holds  injector learns no more than pitcher: 3 of 3" in text
