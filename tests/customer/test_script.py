"""A scenario's file and its people: everybody can live it, every word is filled in, and the seed decides whom one meets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.customer.parts import Mood, Reaction
from coach.customer.people import Person, fill
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios, load_script
from coach.errors import DataFileError, NotFoundError

Data = dict[str, Any]
BUILT_IN = Scenarios()
CAST = [(script_id, person.id) for script_id in BUILT_IN.paths for person in BUILT_IN.script(script_id).people]
TAKES_UP_A_WORD = {("reactions", Reaction.NAMED_FEELING), ("reactions", Reaction.JARGON)}


def texts(value: object, place: tuple[object, ...] = ()) -> list[tuple[str, tuple[object, ...]]]:
    """Every text in plain data, with its place."""
    if isinstance(value, str):
        return [(value, place)]
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in texts(part, (*place, key))]
    if isinstance(value, list):
        return [found for i, part in enumerate(value) for found in texts(part, (*place, i))]
    return []


@pytest.mark.parametrize(("scenario_id", "person_id"), CAST, ids=["-".join(one) for one in CAST])
class TestEverybodyWhoCanBeMet:
    def test_every_word_of_the_story_is_filled_in(self, scenario_id: str, person_id: str) -> None:
        scenario = BUILT_IN.cast(scenario_id, person_id)
        for text, place in texts(scenario.model_dump(mode="json")):
            left = text.replace("{echo}", "") if place[:2] in TAKES_UP_A_WORD else text
            assert "{" not in left, (text, place)
            assert "}" not in left, (text, place)

    def test_no_line_stands_in_two_places(self, scenario_id: str, person_id: str) -> None:
        scenario = BUILT_IN.cast(scenario_id, person_id)
        lines = [line for line, _ in scenario.lines()]
        assert sorted(line for line in set(lines) if lines.count(line) > 1) == []

    def test_the_words_of_every_clue_stand_in_its_line(self, scenario_id: str, person_id: str) -> None:
        scenario = BUILT_IN.cast(scenario_id, person_id)
        forms = [*scenario.opening, *(form for clue in scenario.clues for form in clue.forms)]
        assert [form for form in forms if form.words not in form.line] == []

    def test_it_is_this_person_in_name_and_in_thought(self, scenario_id: str, person_id: str) -> None:
        scenario, script = BUILT_IN.cast(scenario_id, person_id), BUILT_IN.script(scenario_id)
        person = script.person(person_id)
        assert scenario.client == person.client()
        assert person.name in scenario.meeting.briefing
        assert {topic.id for topic in person.outside} <= {topic.id for topic in scenario.outside}
        slots = person.slots()
        for mood, own in person.goes_on.items():
            # What is this person's alone comes before what everybody thinks.
            assert scenario.goes_on[mood][: len(own)] == tuple(fill(text, slots) for text in own)

    def test_the_words_of_others_are_not_in_it(self, scenario_id: str, person_id: str) -> None:
        everything = " ".join(text for text, _ in texts(BUILT_IN.cast(scenario_id, person_id).model_dump(mode="json")))
        others = [one for one in BUILT_IN.script(scenario_id).people if one.id != person_id]
        assert [one.name for one in others if one.name in everything] == []


@pytest.mark.parametrize("scenario_id", BUILT_IN.paths)
class TestWhomOneMeets:
    def test_the_seed_decides(self, scenario_id: str) -> None:
        script, again = BUILT_IN.script(scenario_id), load_script(BUILT_IN.paths[scenario_id])
        for seed in (0, 1, 7, 2**31 - 1):
            assert script.drawn(seed) == script.drawn(seed) == again.drawn(seed)

    def test_everybody_is_met_about_equally_often(self, scenario_id: str) -> None:
        script = BUILT_IN.script(scenario_id)
        met = [script.drawn(seed).id for seed in range(600)]
        assert set(met) == {person.id for person in script.people}
        assert all(met.count(person.id) > 600 / len(script.people) * 0.75 for person in script.people)

    def test_they_differ_in_firm_and_in_temper_or_in_what_lies_nearest(self, scenario_id: str) -> None:
        people = BUILT_IN.script(scenario_id).people
        assert len(people) >= 3
        assert len({person.company for person in people}) == len(people)
        assert len({person.temperament for person in people}) > 1
        assert len({person.cares_about for person in people}) > 1

    def test_somebody_who_is_no_longer_in_the_file_is_the_first(self, scenario_id: str) -> None:
        """Meetings from before there were people have none; they can still be read."""
        script = BUILT_IN.script(scenario_id)
        assert script.person("") == script.person("nobody") == script.people[0]
        assert BUILT_IN.cast(scenario_id, "nobody").client.id == script.people[0].id


def test_a_slot_at_the_beginning_of_a_sentence_has_a_capital(scenarios: Scenarios) -> None:
    person = scenarios.script("acquisition-news").person("maren").model_copy(update={"words": {"yard": "the yard"}})
    assert isinstance(person, Person)
    slots = person.slots()
    assert fill("{Yard} is full. Look at {yard}.", slots) == "The yard is full. Look at the yard."
    assert fill({"a": ["{first_name}", 3, None]}, slots) == {"a": ["Maren", 3, None]}
    assert fill("{echo} and {nothing}", slots) == "{echo} and {nothing}"


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., Path]:
    """Writes a scenario of a company's own into its folder: the acquisition, with a change made to it."""

    def write(change: Callable[[Data], object] = lambda _: None, name: str = "acquisition-news") -> Path:
        data = yaml.safe_load(BUILT_IN.paths["acquisition-news"].read_text("utf-8"))
        data["id"] = name
        change(data)
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000), "utf-8")
        return path

    return write


def line_of(path: Path, words: str) -> int:
    """The one line of the file that holds `words`."""
    (found,) = [n for n, line in enumerate(path.read_text("utf-8").splitlines(), start=1) if words in line]
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["facts"][2]["more"].append({"asks": ["Whom?"], "line": "{nobody_fills_this}."}),
        lambda d: d["meeting"].update(planned="To see {nobody_fills_this}."),
        lambda d: d["people"][1]["outside"][0]["lines"].append("My {nobody_fills_this} asked, too."),
        lambda d: d["people"][2]["goes_on"].update(warm=["And {nobody_fills_this}, of course."]),
        lambda d: d["reactions"]["jargon"]["cold"].append("{nobody_fills_this}?"),
    ],
)
def test_a_slot_that_nobody_fills_is_told_with_file_and_line(
    own: Callable[..., Path], change: Callable[[Data], object]
) -> None:
    path = own(change)
    with pytest.raises(DataFileError, match=r"\{nobody_fills_this\} is filled by no word of 'maren'") as caught:
        load_script(path)
    assert caught.value.path == path
    assert caught.value.line == line_of(path, "{nobody_fills_this}")


def test_a_word_that_one_of_them_lacks_is_told_where_it_is_needed(own: Callable[..., Path]) -> None:
    def only_for_the_first(data: Data) -> None:
        data["facts"][2]["withheld"].append("Only {one_has_it}.")
        data["people"][0]["words"]["one_has_it"] = "x"

    path = own(only_for_the_first)
    with pytest.raises(DataFileError, match=r"\{one_has_it\} is filled by no word of 'tunde'") as caught:
        load_script(path)
    assert caught.value.line == line_of(path, "{one_has_it}")


def test_only_what_takes_up_a_word_may_hold_the_trainees(own: Callable[..., Path]) -> None:
    assert load_script(own(lambda d: d["reactions"]["named_feeling"]["open"].append("“{echo}”, you say. Perhaps it is that.")))
    path = own(lambda d: d["reactions"]["pitch"]["open"].append("“{echo}”, you say. Hm, hm."))
    with pytest.raises(DataFileError, match=r"\{echo\} is filled by no word") as caught:
        load_script(path)
    assert caught.value.line == line_of(path, "you say. Hm, hm.")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["people"][2].update(id="maren"), "people.2.id: the id 'maren' is used twice"),
        (lambda d: d["people"][1].update(cares_about="the_moon"), "people.1.cares_about: 'the_moon' is not among the facts"),
        (lambda d: d["people"][1]["outside"][0].update(id="weather"),
         "people.1.outside.0.id: the topic 'weather' is among the scenario's own"),
        (lambda d: d["people"][0].update(pronoun="it"), "people.0.pronoun"),
        (lambda d: d.update(people=[]), "people: Tuple should have at least 1 item"),
        (lambda d: d["people"][0]["goes_on"].update(merry=["Ha."]), "people.0.goes_on.merry"),
    ],
)
def test_a_fault_in_a_person_is_told_by_its_place(
    own: Callable[..., Path], change: Callable[[Data], object], told: str
) -> None:
    with pytest.raises(DataFileError) as caught:
        load_script(own(change))
    assert told in caught.value.problem


def test_a_file_that_is_not_named_by_its_id(own: Callable[..., Path]) -> None:
    path = own(lambda d: d.update(id="something-else"))
    with pytest.raises(DataFileError, match="the id 'something-else' is not the file's name 'acquisition-news'"):
        load_script(path)


class TestACompanysFolder:
    def test_its_scenarios_stand_beside_the_built_in_ones(self, own: Callable[..., Path]) -> None:
        path = own(name="our-own")
        found = Scenarios(path.parent)
        assert set(found.paths) == {*BUILT_IN.paths, "our-own"}
        assert found.cast("our-own", "nuria").client.first_name == "Nuria"
        assert found.cast("lost-order", "eleni") == BUILT_IN.cast("lost-order", "eleni")

    def test_one_of_the_same_name_takes_the_built_in_one_s_place(self, own: Callable[..., Path]) -> None:
        found = Scenarios(own(lambda d: d.update(title="Ours")).parent)
        assert list(found.paths) == list(BUILT_IN.paths)
        assert found.script("acquisition-news").title == "Ours"
        assert found.hash("acquisition-news") != BUILT_IN.hash("acquisition-news")
        assert found.hash("lost-order") == BUILT_IN.hash("lost-order")

    def test_a_fault_in_one_leaves_the_others_to_be_practised(self, own: Callable[..., Path]) -> None:
        path = own(lambda d: d.update(length="long"), name="our-own")
        found = Scenarios(path.parent)
        with pytest.raises(DataFileError) as caught:
            found.script("our-own")
        assert (caught.value.path, caught.value.line) == (path, line_of(path, "length: long"))
        assert found.script("acquisition-news").id == "acquisition-news"

    def test_an_empty_folder_adds_nothing(self, tmp_path: Path) -> None:
        assert Scenarios(tmp_path).paths == BUILT_IN.paths

    def test_a_scenario_that_is_not_there_is_told_with_those_that_are(self, own: Callable[..., Path]) -> None:
        with pytest.raises(NotFoundError, match=r"There is no scenario 'golf-day'\. There are: acquisition-news, .*our-own"):
            Scenarios(own(name="our-own").parent).script("golf-day")


def test_each_file_is_read_and_cast_once(scenarios: Scenarios) -> None:
    assert scenarios.script("acquisition-news") is scenarios.script("acquisition-news")
    one: Scenario = scenarios.cast("acquisition-news", "tunde")
    assert one is scenarios.cast("acquisition-news", "tunde")
    assert one is not scenarios.cast("acquisition-news", "maren")
    assert set(one.goes_on) == set(Mood)
