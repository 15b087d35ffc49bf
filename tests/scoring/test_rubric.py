"""The rubric: scores stay on their scale, add up as its file says, and a file that lacks something is refused by name."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import WHOLE_REPLY, Behaviour, Event, Impression, Observation, ScoreSource
from coach.errors import DataFileError
from coach.scoring.rubric import RUBRIC_FILE, Rubric, Side, load_rubric

SOURCE = ScoreSource("embedded", "test", "", "1")
WHOLE = Impression(50, 20, 60, earned=False, confidence=0.8)
RUBRIC = load_rubric()
SHARES = st.floats(0, 1, allow_nan=False)
SEEN = st.lists(
    st.builds(Observation, st.sampled_from([b.value for b in Behaviour]), st.just("words"), st.just(0), SHARES), max_size=12
)
EARNING = [name for name, weight in RUBRIC.behaviours.items() if weight.side is Side.PERSON and weight.empathy > 0]


def empathy(*seen: Observation) -> int:
    return RUBRIC.score(seen, (), SOURCE, WHOLE).empathy


def seen(behaviour: str, confidence: float = 1.0) -> Observation:
    return Observation(behaviour, "words", 0, confidence)


@given(SEEN)
def test_scores_stay_on_their_scale(observations: list[Observation]) -> None:
    score = RUBRIC.score(observations, (), SOURCE, WHOLE)
    assert 0 <= score.empathy <= 100
    assert 0 <= score.selling <= 100
    assert 0 <= score.confidence <= 1
    assert score.observations == tuple(observations)


@given(SEEN, st.sampled_from(EARNING), SHARES)
def test_one_more_kindness_never_costs_empathy(observations: list[Observation], behaviour: str, confidence: float) -> None:
    assert empathy(*observations, seen(behaviour, confidence)) >= empathy(*observations)


@given(SEEN, SHARES)
def test_sympathy_as_a_springboard_has_a_ceiling(observations: list[Observation], confidence: float) -> None:
    ceiling = RUBRIC.empathy_ceilings[Behaviour.FALSE_EMPATHY]
    got = empathy(*observations, seen(Behaviour.FALSE_EMPATHY, confidence))
    assert got <= round(100 - confidence * (100 - ceiling)), "half sure is half a ceiling"
    assert empathy(*observations, seen(Behaviour.FALSE_EMPATHY, 1.0)) <= ceiling


@given(SEEN)
def test_the_order_of_observations_does_not_matter(observations: list[Observation]) -> None:
    forth, back = (RUBRIC.score(order, (), SOURCE, WHOLE) for order in (observations, observations[::-1]))
    assert (forth.empathy, forth.selling) == (back.empathy, back.selling)


@given(SEEN)
def test_the_scores_are_the_base_and_the_contributions(observations: list[Observation]) -> None:
    score = RUBRIC.score(observations, (), SOURCE, WHOLE)
    behaviours = [contribution.behaviour for contribution in score.contributions]
    assert len(behaviours) == len(set(behaviours)), "each behaviour counts once"
    assert set(behaviours) == {one.behaviour for one in observations} | {WHOLE_REPLY}
    for scale, base in (("empathy", RUBRIC.empathy_base), ("selling", RUBRIC.selling_base)):
        total = base + sum(getattr(contribution, scale) for contribution in score.contributions)
        assert getattr(score, scale) == round(total)


@given(SEEN, st.floats(0, 100), st.floats(0, 100))
def test_a_better_impression_never_costs(observations: list[Observation], one: float, two: float) -> None:
    low, high = (RUBRIC.score(observations, (), SOURCE, Impression(points, points, 50, earned=True, confidence=1))
                 for points in sorted((one, two)))
    assert low.empathy <= high.empathy
    assert low.selling <= high.selling


@pytest.mark.parametrize("behaviour", list(Behaviour))
def test_half_the_confidence_gives_half_the_points(behaviour: Behaviour) -> None:
    whole, half = (RUBRIC.score([seen(behaviour, share)], (), SOURCE, WHOLE).contributions[0] for share in (1.0, 0.5))
    assert half.empathy == pytest.approx(whole.empathy / 2)
    assert half.selling == pytest.approx(whole.selling / 2)
    by_eye, weight = 1 - RUBRIC.impression, RUBRIC.behaviours[behaviour]
    assert (whole.empathy, whole.selling) == pytest.approx((by_eye * weight.empathy, by_eye * weight.selling))


def test_a_behaviour_seen_twice_counts_at_its_surest() -> None:
    several = [seen(Behaviour.PITCH, confidence) for confidence in (0.4, 0.9, 0.5)]
    twice = RUBRIC.score(several, (), SOURCE, WHOLE)
    assert twice.selling == RUBRIC.score([seen(Behaviour.PITCH, 0.9)], (), SOURCE, WHOLE).selling


def test_with_nothing_seen_the_impression_moves_the_base() -> None:
    score = RUBRIC.score([], (Event.DEAL_BEFORE_PERSON,), SOURCE, WHOLE, "Note.")
    by_eye = 1 - RUBRIC.impression
    assert score.empathy == round(by_eye * RUBRIC.empathy_base + RUBRIC.impression * WHOLE.empathy)
    assert score.selling == round(by_eye * RUBRIC.selling_base + RUBRIC.impression * WHOLE.selling)
    assert (score.overall, score.earned, score.confidence) == (60, False, 0.8)
    assert (score.events, score.note, score.source) == ((Event.DEAL_BEFORE_PERSON,), "Note.", SOURCE)


def test_every_behaviour_has_words_for_people() -> None:
    for behaviour in Behaviour:
        assert RUBRIC.label(behaviour)
        assert RUBRIC.side(behaviour) in Side
        assert RUBRIC.behaviours[behaviour].meaning


def test_kindness_serves_the_person_and_selling_the_deal() -> None:
    for name, weight in RUBRIC.behaviours.items():
        if weight.side is Side.PERSON:
            assert weight.empathy >= 0 >= weight.selling, name
        elif weight.side is Side.DEAL:
            assert weight.empathy <= 0 < weight.selling, name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rubric.yaml"
    path.write_text(RUBRIC_FILE.read_text("utf-8"), "utf-8")
    return path


def line_of(file: Path, beginning: str) -> int:
    lines = file.read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.strip().startswith(beginning))


def test_a_rubric_without_a_behaviour_is_refused(file: Path) -> None:
    data = yaml.safe_load(file.read_text("utf-8"))
    del data["behaviours"]["follows_clue"], data["behaviours"]["pitch"]
    file.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
    with pytest.raises(DataFileError) as caught:
        load_rubric(file)
    assert str(caught.value) == f"{file}, line {line_of(file, 'behaviours:')}: behaviours: no points for follows_clue, pitch."


@pytest.mark.parametrize(
    ("old", "new", "at", "told"),
    [
        ("empathy_base: 26", "empathy_base: 260", "empathy_base", "empathy_base: Input should be less than or equal to 100"),
        (
            "empathy: 20,",
            "empathy: much,",
            "{label: acknowledged",
            "behaviours.acknowledges.empathy: Input should be a valid number",
        ),
        (
            "side: craft, empathy: 5",
            "side: both, empathy: 5",
            "{label: named a next step",
            "behaviours.next_step.side: Input should be",
        ),
        ("selling_base: 8\n", "", "version", "selling_base: Field required"),
        ("version:", "verison:", "verison", "verison: Extra inputs are not permitted"),
    ],
)
def test_a_fault_is_named_by_its_line(file: Path, old: str, new: str, at: str, told: str) -> None:
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), "utf-8")
    with pytest.raises(DataFileError) as caught:
        load_rubric(file)
    assert told in caught.value.problem
    assert caught.value.line == line_of(file, at)


def test_a_companys_own_behaviour_counts_too(file: Path) -> None:
    own = "  names_the_dog: {label: asked after the dog, side: person, empathy: 9, selling: 0, meaning: dogs matter}\n"
    file.write_text(file.read_text("utf-8") + own, "utf-8")
    rubric: Rubric = load_rubric(file)
    without, score = (rubric.score(one, (), SOURCE, WHOLE) for one in ([], [seen("names_the_dog")]))
    assert score.contributions[0].empathy == pytest.approx(9 * (1 - rubric.impression))
    assert score.empathy > without.empathy
