"""Scenarios as data: those that ship are sound, and each fault in a file is named by its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.customer.lines import Act, Deed, unsaid
from coach.customer.parts import NEAREST, Mood, Reaction
from coach.customer.rules import load_rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios, load_script
from coach.domain import Level
from coach.errors import DataFileError, NotFoundError

Data = dict[str, Any]
Fault = Callable[[Callable[[Data], object]], "Found"]
LinesOf = Callable[[Scenario], dict[str, str]]
MARK = "zzz-mark"
SHIPPED = Scenarios()
CAST = [(script_id, person.id) for script_id in SHIPPED.paths for person in SHIPPED.script(script_id).people]


@dataclass(frozen=True)
class Found:
    """What was found wrong, and the line of the file that it was found in."""

    problem: str
    line: str


@pytest.fixture
def fault(tmp_path: Path) -> Fault:
    """The fault of the shipped scenario with one change made to it."""

    def found(change: Callable[[Data], object]) -> Found:
        data = yaml.safe_load(SHIPPED.paths["acquisition-news"].read_text("utf-8"))
        change(data)
        path = tmp_path / "acquisition-news.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000), "utf-8")
        with pytest.raises(DataFileError) as caught:
            load_script(path)
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
        (lambda d: d["people"][1].update({MARK: 1}), f"people.1.{MARK}: Extra inputs are not permitted"),
        (lambda d: d["people"][2].update(cares_about=MARK), f"people.2.cares_about: '{MARK}' is not among the facts"),
        (lambda d: d["wants"][2].update(from_turn=MARK), "wants.2.from_turn: Input should be a valid integer"),
        (lambda d: d.update(invited={MARK: "soon"}), f"invited.{MARK}: Input should be a valid integer"),
        (lambda d: d["outside"][5].update(id=f"{MARK}!"), "outside.5.id: String should match pattern"),
        (lambda d: d["facts"][3]["lines"].update(warm=MARK), "facts.3.lines.warm"),
        (
            lambda d: (d["facts"][1]["more"].append({"asks": ["What?"], "line": MARK}), d["facts"][1]["withheld"].append(MARK)),
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


@pytest.mark.parametrize("part", ["facts", "clues", "outside", "wants"])
def test_an_id_given_twice_is_named_where_it_comes_again(fault: Fault, part: str) -> None:
    first: list[str] = []
    last: list[int] = []

    def repeat(data: Data) -> None:
        first.append(data[part][0]["id"])
        data[part][-1]["id"] = first[0]
        last.append(len(data[part]) - 1)

    found = fault(repeat)
    assert found.problem == f"{part}.{last[0]}.id: the id {first[0]!r} is used twice."
    assert found.line.strip().removeprefix("- ") == f"id: {first[0]}"


@pytest.mark.parametrize(
    ("part", "name"),
    [("reactions", "flattered"), ("reactions", "counselled"), ("endings", "flat"), ("endings", "excused")],
)
def test_missing_lines_are_named(fault: Fault, part: str, name: str) -> None:
    found = fault(lambda data: data[part].pop(name))
    assert found == Found(f"{part}: no lines for {name}.", f"{part}:")


@pytest.mark.parametrize(("part", "least"), [("facts", 8), ("clues", 3), ("outside", 4), ("opening", 2), ("wants", 2)])
def test_too_few_of_a_kind_are_named(fault: Fault, part: str, least: int) -> None:
    found = fault(lambda data: data.update({part: data[part][: least - 1]}))
    assert found.problem.startswith(f"{part}: Tuple should have at least {least} items")
    assert found.line == f"{part}:"


@pytest.mark.parametrize(("scenario_id", "person_id"), CAST, ids=["-".join(one) for one in CAST])
class TestEveryScenarioThatShips:
    def test_it_is_named_by_its_file(self, scenario_id: str, person_id: str) -> None:
        scenario = SHIPPED.cast(scenario_id, person_id)
        assert scenario.id == scenario_id
        assert scenario.client.id == person_id
        assert len(SHIPPED.hash(scenario_id)) == 12

    def test_it_can_be_read_to_the_end_of_every_thread(self, scenario_id: str, person_id: str) -> None:
        """Following `after`, every fact can be told one day, and none waits for one that needs more trust."""
        scenario = SHIPPED.cast(scenario_id, person_id)
        told: set[str] = {scenario.opening_fact}
        while ready := [fact.id for fact in scenario.facts if fact.id not in told and set(fact.after) <= told]:
            told |= set(ready)
        assert told == {fact.id for fact in scenario.facts}
        for fact in scenario.facts:
            assert all(scenario.fact(other).trust <= fact.trust for other in fact.after)

    def test_whom_one_meets_has_a_temperament_and_everything_can_be_told_at_every_level(
        self, scenario_id: str, person_id: str
    ) -> None:
        scenario = SHIPPED.cast(scenario_id, person_id)
        for level in Level:
            rules = load_rules().at(level, scenario.client.temperament)
            assert all(rules.needs(scenario, fact) < 1 for fact in scenario.facts)
            # What comes first is never the more guarded, however near it lies to this person.
            for fact in scenario.facts:
                assert all(rules.needs(scenario, scenario.fact(one)) <= rules.needs(scenario, fact) + rules.cares_less
                           for one in fact.after)

    def test_the_first_clue_leads_to_a_fact_that_is_still_hidden(self, scenario_id: str, person_id: str) -> None:
        scenario = SHIPPED.cast(scenario_id, person_id)
        assert scenario.clue(scenario.opening_clue).fact != scenario.opening_fact

    def test_every_guarded_fact_has_a_clue(self, scenario_id: str, person_id: str) -> None:
        scenario = SHIPPED.cast(scenario_id, person_id)
        hinted = {clue.fact for clue in scenario.clues}
        assert {fact.id for fact in scenario.facts if fact.trust > scenario.start.trust} <= hinted

    def test_no_line_stands_twice(self, scenario_id: str, person_id: str, lines_of: LinesOf) -> None:
        """Each line is said at most once in a meeting; that is told by where it stands, so it may stand in one place only."""
        scenario = SHIPPED.cast(scenario_id, person_id)
        texts = [*lines_of(scenario).values(), *(form.line for form in scenario.opening)]
        assert sorted(text for text in set(texts) if texts.count(text) > 1) == []

    def test_the_briefing_gives_nothing_away(self, scenario_id: str, person_id: str) -> None:
        scenario = SHIPPED.cast(scenario_id, person_id)
        given = " ".join((scenario.title, scenario.meeting.summary, scenario.meeting.briefing, scenario.meeting.planned))
        for fact in scenario.facts:
            assert fact.title not in given
            assert not any(line in given for told in fact.lines.values() for line in told)

    def test_what_she_says_of_one_fact_does_not_tell_another(self, scenario_id: str, person_id: str, lines_of: LinesOf) -> None:
        scenario = SHIPPED.cast(scenario_id, person_id)
        spoken = lines_of(scenario)
        for fact in scenario.facts:
            secrets = [line for told in fact.lines.values() for line in told]
            others = {key: text for key, text in spoken.items() if not key.startswith(f"tell/{fact.id}/")}
            assert not [key for key, text in others.items() for secret in secrets if secret in text]


@pytest.mark.parametrize("scenario_id", SHIPPED.paths)
def test_the_first_clue_leads_on_and_most_facts_take_more_trust_than_there_is_at_the_beginning(scenario_id: str) -> None:
    script = SHIPPED.script(scenario_id)
    assert script.clue(script.opening_clue).fact != script.opening_fact
    assert sum(fact.trust > script.start.trust for fact in script.facts) >= len(script.facts) / 2


def test_lines_come_in_the_nearest_mood_that_has_any_left(scenario: Scenario, lines: Mapping[str, str]) -> None:
    guarded = unsaid(scenario, Act(Deed.REACT, "rude"), Mood.GUARDED, ())
    written = scenario.reactions[Reaction.RUDE][Mood.GUARDED]
    assert {line.key for line in guarded} == {f"react/rude/guarded/{i}" for i in range(len(written))}
    assert len(guarded) > 1
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
        SHIPPED.script("golf-day")
