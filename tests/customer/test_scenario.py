"""Scenarios as data: those that ship are sound, and each fault in a file is named by its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.customer.lines import Act, Deed, unsaid
from coach.customer.scenario import (
    NEAREST,
    Mood,
    Scenario,
    get_scenario,
    load_scenario,
    scenario_hash,
    scenario_paths,
)
from coach.errors import DataFileError, NotFoundError

Data = dict[str, Any]
Fault = Callable[[Callable[[Data], object]], "Found"]
LinesOf = Callable[[Scenario], dict[str, str]]
MARK = "zzz-mark"


@dataclass(frozen=True)
class Found:
    """What was found wrong, and the line of the file that it was found in."""

    problem: str
    line: str


@pytest.fixture
def fault(tmp_path: Path) -> Fault:
    """The fault of the shipped scenario with one change made to it."""

    def found(change: Callable[[Data], object]) -> Found:
        data = yaml.safe_load(scenario_paths()["acquisition-news"].read_text("utf-8"))
        change(data)
        path = tmp_path / "acquisition-news.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000), "utf-8")
        with pytest.raises(DataFileError) as caught:
            load_scenario(path)
        assert caught.value.path == path
        return Found(caught.value.problem, path.read_text("utf-8").splitlines()[caught.value.line - 1])

    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(opening_fact=MARK), f"opening_fact: points to the fact '{MARK}', which is not there"),
        (lambda d: d.update(opening_clue=MARK), f"opening_clue: '{MARK}' is not among the clues"),
        (
            lambda d: d["facts"][6].update(after=["team", MARK]),
            f"facts.6.after.1: points to the fact '{MARK}', which is not there",
        ),
        (lambda d: d["clues"][5].update(fact=MARK), f"clues.5.fact: points to the fact '{MARK}', which is not there"),
        (
            lambda d: d["clues"][4]["forms"][1].update(words=MARK),
            f"clues.4.forms.1.words: the words '{MARK}' do not stand in the line",
        ),
        (lambda d: d["opening"][2].update(words=MARK), f"opening.2.words: the words '{MARK}' do not stand in the line"),
        (lambda d: d["reactions"].update({MARK: {"cold": ["No."]}}), f"reactions.{MARK}"),
        (lambda d: d["endings"].update({MARK: ["Bye."]}), f"endings.{MARK}"),
        (lambda d: d["goes_on"].update({MARK: ["So."]}), f"goes_on.{MARK}"),
        (lambda d: d.update(length=MARK), "length: Input should be a valid integer"),
        (lambda d: d["start"].update(trust=MARK), "start.trust: Input should be a valid number"),
        (lambda d: d["facts"][7].update({MARK: 1}), f"facts.7.{MARK}: Extra inputs are not permitted"),
        (lambda d: d["client"].update({MARK: 1}), f"client.{MARK}: Extra inputs are not permitted"),
        (lambda d: d["outside"][5].update(id=f"{MARK}!"), "outside.5.id: String should match pattern"),
        (lambda d: d["facts"][3]["lines"].update(warm=MARK), "facts.3.lines.warm"),
        (
            lambda d: (d["facts"][1]["more"].append(MARK), d["facts"][1]["withheld"].append(MARK)),
            f"the line '{MARK}' stands in two places",
        ),
        (
            lambda d: (d["reactions"]["rude"]["cold"].append(MARK), d["endings"]["left"].append(MARK)),
            f"the line '{MARK}' stands in two places",
        ),
        (
            lambda d: (d["clues"][0]["forms"].append({"line": MARK, "words": MARK}), d["time_up"].append(MARK)),
            f"the line '{MARK}' stands in two places",
        ),
    ],
)
def test_a_fault_is_named_by_its_line(fault: Fault, change: Callable[[Data], object], told: str) -> None:
    found = fault(change)
    assert told in found.problem
    assert MARK in found.line


@pytest.mark.parametrize("part", ["facts", "clues", "outside"])
def test_an_id_given_twice_is_named_where_it_comes_again(fault: Fault, part: str) -> None:
    first: list[str] = []

    def repeat(data: Data) -> None:
        first.append(data[part][0]["id"])
        data[part][3]["id"] = first[0]

    found = fault(repeat)
    assert found.problem == f"{part}.3.id: the id {first[0]!r} is used twice."
    assert found.line.strip().removeprefix("- ") == f"id: {first[0]}"


@pytest.mark.parametrize(("part", "name"), [("reactions", "flattered"), ("endings", "flat")])
def test_missing_lines_are_named(fault: Fault, part: str, name: str) -> None:
    found = fault(lambda data: data[part].pop(name))
    assert found == Found(f"{part}: no lines for {name}.", f"{part}:")


@pytest.mark.parametrize(("part", "least"), [("facts", 8), ("clues", 3), ("outside", 4), ("opening", 2)])
def test_too_few_of_a_kind_are_named(fault: Fault, part: str, least: int) -> None:
    found = fault(lambda data: data.update({part: data[part][: least - 1]}))
    assert found.problem.startswith(f"{part}: Tuple should have at least {least} items")
    assert found.line == f"{part}:"


@pytest.mark.parametrize("scenario_id", scenario_paths())
class TestEveryScenarioThatShips:
    def test_it_is_named_by_its_file(self, scenario_id: str) -> None:
        scenario = get_scenario(scenario_id)
        assert scenario.id == scenario_id
        assert len(scenario_hash(scenario_id)) == 12

    def test_it_can_be_read_to_the_end_of_every_thread(self, scenario_id: str) -> None:
        """Following `after`, every fact can be told one day, and none waits for one that needs more trust."""
        scenario = get_scenario(scenario_id)
        told: set[str] = {scenario.opening_fact}
        while ready := [fact.id for fact in scenario.facts if fact.id not in told and set(fact.after) <= told]:
            told |= set(ready)
        assert told == {fact.id for fact in scenario.facts}
        for fact in scenario.facts:
            assert all(scenario.fact(other).trust <= fact.trust for other in fact.after)

    def test_the_first_clue_leads_to_a_fact_that_is_still_hidden(self, scenario_id: str) -> None:
        scenario = get_scenario(scenario_id)
        assert scenario.clue(scenario.opening_clue).fact != scenario.opening_fact
        assert scenario.start.trust < scenario.fact(scenario.clue(scenario.opening_clue).fact).trust

    def test_every_guarded_fact_has_a_clue(self, scenario_id: str) -> None:
        scenario = get_scenario(scenario_id)
        hinted = {clue.fact for clue in scenario.clues}
        assert {fact.id for fact in scenario.facts if fact.trust > scenario.start.trust} <= hinted

    def test_no_line_stands_twice(self, scenario_id: str, lines_of: LinesOf) -> None:
        """Each line is said at most once in a meeting; that is told by where it stands, so it may stand in one place only."""
        scenario = get_scenario(scenario_id)
        texts = [*lines_of(scenario).values(), *(form.line for form in scenario.opening)]
        assert sorted(text for text in set(texts) if texts.count(text) > 1) == []

    def test_the_briefing_gives_nothing_away(self, scenario_id: str) -> None:
        scenario = get_scenario(scenario_id)
        given = " ".join((scenario.title, scenario.meeting.summary, scenario.meeting.briefing, scenario.meeting.planned))
        for fact in scenario.facts:
            assert fact.title not in given
            assert not any(line in given for told in fact.lines.values() for line in told)

    def test_what_she_says_of_one_fact_does_not_tell_another(self, scenario_id: str, lines_of: LinesOf) -> None:
        scenario = get_scenario(scenario_id)
        spoken = lines_of(scenario)
        for fact in scenario.facts:
            secrets = [line for told in fact.lines.values() for line in told]
            others = {key: text for key, text in spoken.items() if not key.startswith(f"tell/{fact.id}/")}
            assert not [key for key, text in others.items() for secret in secrets if secret in text]


def test_lines_come_in_the_nearest_mood_that_has_any_left(scenario: Scenario, lines: Mapping[str, str]) -> None:
    guarded = unsaid(scenario, Act(Deed.REACT, "rude"), Mood.GUARDED, ())
    assert {line.key for line in guarded} == {"react/rude/guarded/0", "react/rude/guarded/1"}
    assert [line.text for line in guarded] == [lines[line.key] for line in guarded]
    spent = [line.key for line in guarded]
    assert unsaid(scenario, Act(Deed.REACT, "rude"), Mood.GUARDED, spent)[0].key == "react/rude/open/0"
    everything = [key for key in lines if key.startswith("react/rude/")]
    assert unsaid(scenario, Act(Deed.REACT, "rude"), Mood.GUARDED, everything) == ()


def test_a_mood_borrows_words_of_its_neighbours_alone() -> None:
    assert set(NEAREST) == set(Mood)
    assert all(near[0] is mood for mood, near in NEAREST.items())
    assert Mood.WARM not in (*NEAREST[Mood.COLD], *NEAREST[Mood.GUARDED])
    assert not {Mood.COLD, Mood.GUARDED} & set(NEAREST[Mood.WARM])


def test_a_scenario_that_is_not_there() -> None:
    with pytest.raises(NotFoundError, match=r"There is no scenario 'golf-day'\. There are: acquisition-news"):
        get_scenario("golf-day")
