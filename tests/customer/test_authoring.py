"""A second look at scenarios: each check finds the fault it is for, and leaves alone what is sound."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.customer import authoring
from coach.customer.authoring import look_over
from coach.customer.findings import Finding, dotted, quoted
from coach.customer.rules import Rules, load_rules
from coach.customer.script import Scenarios, Script, load_script
from coach.language.embeddings import Embedder

Data = dict[str, Any]
Change = Callable[[Data], object]
Look = Callable[[Change], tuple[Finding, ...]]
RULES: Rules = load_rules()
BUILT_IN = Scenarios()
STARTER = Path(authoring.__file__).parent / "starter.yaml"


@pytest.fixture(scope="module")
def shipped() -> Data:
    return dict(yaml.safe_load(BUILT_IN.paths["small-request"].read_text("utf-8")))


@pytest.fixture
def look(shipped: Data) -> Look:
    """What is found in a scenario that ships with one change made to it; without meaning, which is quick."""

    def found(change: Change) -> tuple[Finding, ...]:
        data = copy.deepcopy(shipped)
        change(data)
        return look_over(Script.model_validate(data), RULES, None)

    return found


@pytest.fixture
def look_closely(shipped: Data, embedder: Embedder) -> Look:
    """The same by meaning."""

    def found(change: Change) -> tuple[Finding, ...]:
        data = copy.deepcopy(shipped)
        change(data)
        return look_over(Script.model_validate(data), RULES, embedder)

    return found


def fact(data: Data, fact_id: str) -> Data:
    return next(dict_ for dict_ in data["facts"] if dict_["id"] == fact_id)


def at(found: tuple[Finding, ...], place: str, severity: str) -> list[Finding]:
    return [one for one in found if one.place == place and one.severity == severity]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BUILT_IN.paths)[::3])  # `coach scenario check` looks over all, in two minutes
def test_what_ships_has_no_error(name: str, embedder: Embedder) -> None:
    found = look_over(BUILT_IN.script(name), RULES, embedder)
    assert [one for one in found if one.severity == "error"] == []
    # A writer's tool that cries at everything is not read.
    assert len(found) <= 8


def test_the_starter_is_sound(embedder: Embedder) -> None:
    assert look_over(load_script(STARTER), RULES, embedder) == ()


def test_errors_come_first(look: Look) -> None:
    severities = [one.severity for one in look(lambda d: (fact(d, "tender").update(trust=0.9), d["people"][0].update(
        words=d["people"][0]["words"] | {"spare": "a spare"})))]
    assert {"error", "warning"} <= set(severities)
    assert severities == sorted(severities)


# The checks, each with a change that brings its fault about. None of these findings is there without the change.
STRUCTURE: list[tuple[Change, str, str, str]] = [
    (lambda d: fact(d, "last_system").update(after=["self"]), "facts.last_system.after", "error", "waits for it"),
    (lambda d: fact(d, "last_system").update(trust=0.9), "facts.self.after", "error", "never told itself"),
    (lambda d: fact(d, "tender").update(trust=0.86), "facts.tender.trust", "error", "at the hard level"),
    (lambda d: fact(d, "self").update(trust=0.33), "facts.self.trust", "warning", "'last_system'"),
    (lambda d: d.update(clues=[c for c in d["clues"] if c["fact"] != "tender"]), "facts.tender", "warning", "no clue"),
    (lambda d: next(c for c in d["clues"] if c["id"] == d["opening_clue"]).update(fact=d["opening_fact"]), "opening_clue",
     "error", "the opening tells"),
    (lambda d: [one.update(trust=0.9) for one in d["facts"][3:]], "endings.well", "error", "only 3 of 10 can be told"),
    (lambda d: [one.update(trust=0.9) for one in d["facts"][3:]], "endings.committed", "error", "only 3 of 10 can be told"),
    (lambda d: d.update(length=4), "endings.well", "error", "more than can be told in 4 replies"),
    (lambda d: (d.update(length=5), d["start"].update(trust=0.0)), "endings.well", "error", "not won in 5 replies"),
    (lambda d: d.update(length=5), "endings.committed", "error", "at the soonest"),
    (lambda d: d.update(goes_on={"warm": ["One.", "Two."]}), "goes_on", "error", "guarded or cold"),
    (lambda d: d.update(sidesteps={"cold": ["Not to you."]}), "sidesteps", "error", "warm or open"),
    (lambda d: d["reactions"].update(rude={"open": ["Oh."]}), "reactions.rude", "error", "cold"),
    (lambda d: fact(d, "tender").update(lines={"guarded": ["It is out."]}), "facts.tender.lines", "error", "warm nobody"),
    (lambda d: fact(d, "who_for").update(lines={"warm": ["It is for {hand}."]}), "facts.who_for.lines", "error", "guarded"),
    (lambda d: d.update(goes_on={mood: lines[:1] for mood, lines in d["goes_on"].items()}), "goes_on", "warning", "fewer"),
    (lambda d: d.update(sidesteps={mood: [mood] for mood in d["sidesteps"]}), "sidesteps", "warning", "fewer"),
    (lambda d: d["reactions"].update(deal={"guarded": ["Deals."], "open": ["Not that."]}), "reactions.deal", "warning", "few"),
    (lambda d: d["clues"][2].update(forms=d["clues"][2]["forms"][:2]), "clues.that_lot.forms", "warning", "only 2"),
    (lambda d: fact(d, "tender").update(more=fact(d, "tender")["more"][:1]), "facts.tender.more", "warning", "asked twice"),
    (lambda d: fact(d, "tender").update(withheld=["Not to you."]), "facts.tender.withheld", "warning", "asked twice"),
    (lambda d: d["people"][1].update(temperament="jolly"), "people.tomos.temperament", "error", "'jolly'"),
    (lambda d: d["people"][0].update(cares_about=d["opening_fact"]), "people.agnieszka.cares_about", "warning", "nothing"),
    (lambda d: d["people"][2]["words"].update(spare="a spare"), "people.kit.words.spare", "warning", "no line"),
    (lambda d: d["goes_on"].pop("warm"), "people.kit.goes_on.warm", "warning", "never said"),
    (lambda d: d.update(invited={"pich": 3}), "invited.pich", "error", "no such behaviour"),
    (lambda d: d.update(bridges=["Besides."]), "bridges", "warning", "changes the subject"),
    (lambda d: fact(d, "tender")["withheld"].insert(0, "word " * 76), "facts.tender.withheld.0", "warning", "76 words"),
    (lambda d: d["clues"][2]["forms"][0].update(words="lunch"), "clues.that_lot.forms.0.words", "warning", "one word"),
    (lambda d: d["opening"][0].update(line="So " * 13, words=("So " * 13).strip()), "opening.0.words", "warning", "quote"),
    (lambda d: d["endings"].update(left=[f"And so {n}." for n in range(70)]), "lines", "warning", "“and so”"),
]


@pytest.mark.parametrize(("change", "place", "severity", "told"), STRUCTURE)
def test_a_fault_is_found(look: Look, change: Change, place: str, severity: str, told: str) -> None:
    found = at(look(change), place, severity)
    assert any(told in one.problem for one in found)
    assert all(one.do.endswith(".") for one in found)


def test_what_was_changed_has_none_of_these_faults(look: Look) -> None:
    found = look(lambda d: None)
    assert not [one for one in found if (one.place, one.severity) in {(place, of) for _, place, of, _ in STRUCTURE}]


def test_what_is_still_to_be_written_is_found() -> None:
    data = yaml.safe_load(STARTER.read_text("utf-8"))
    data["facts"][1]["withheld"][0] = "TODO"
    data["people"][0]["outside"][1]["lines"][0] = "TODO, about the cat"
    found = look_over(Script.model_validate(data), RULES, None)
    assert [(one.severity, one.place) for one in found] == [("warning", "facts.breakages.withheld.0")]
    assert "2 places" in found[0].problem


def test_a_mood_is_wanted_only_where_a_fact_can_be_told(look: Look) -> None:
    """Somebody who is cold has not the trust for the last fact, and needs no words for it."""
    lines = {"open": ["Three go, and we are one."], "warm": ["They shut us."]}
    assert at(look(lambda d: fact(d, "closing_list").update(lines=lines)), "facts.closing_list.lines", "error") == []


LEAK = "The group puts out one tender for all eleven bakeries after Easter, and I'm one of three on the shortlist."
def further(data: Data, fact_id: str) -> Data:
    one = fact(data, fact_id)
    one["more"].insert(0, {"asks": ["What else?"], "line": LEAK})
    return one


IN_OTHER_WORDS = "Derek is unable to read or write, and his family are the only others who know."


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d["goes_on"]["open"].insert(0, LEAK), "goes_on.open.0"),
        (lambda d: d["reactions"]["reflected"]["guarded"].insert(0, LEAK), "reactions.reflected.guarded.0"),
        (lambda d: d["sidesteps"]["cold"].insert(0, LEAK), "sidesteps.cold.0"),
        (lambda d: d["wants"][0]["met"].insert(0, LEAK), "wants.sell_me_one.met.0"),
        (lambda d: d["endings"]["flat"].insert(0, LEAK), "endings.flat.0"),
        (lambda d: further(d, "who_for"), "facts.who_for.more.0"),
        (lambda d: fact(d, "closing_list")["withheld"].insert(0, LEAK), "facts.closing_list.withheld.0"),
        (lambda d: fact(d, "tender")["withheld"].insert(0, LEAK), "facts.tender.withheld.0"),
        (lambda d: d["clues"][0]["forms"].append({"line": LEAK, "words": "one tender"}), "clues.not_for_me.forms.3"),
        (lambda d: d["clues"][5]["forms"].append({"line": LEAK, "words": "one tender"}), "clues.signed_paper.forms.3"),
        (lambda d: d["outside"][0]["lines"].append(LEAK), "outside.weather.lines.3"),
        (lambda d: d["people"][0]["outside"][0]["lines"].append(LEAK), "people.agnieszka.outside.origins.lines.2"),
        (lambda d: d["people"][0]["goes_on"]["warm"].append(LEAK), "people.agnieszka.goes_on.warm.2"),
        (lambda d: d["goes_on"]["open"].append(IN_OTHER_WORDS), "goes_on.open.5"),
    ],
)
def test_a_line_that_gives_a_fact_away_is_found(look_closely: Look, change: Change, place: str) -> None:
    found = at(look_closely(change), place, "error")
    assert any("gives it away" in one.problem for one in found)


def test_the_briefing_may_give_nothing_away_either(look_closely: Look) -> None:
    title = "{Hand} can hardly read or write; besides {first_name} only the family knows."
    found = look_closely(lambda d: d["meeting"].update(planned=title))
    assert any("'cannot_read'" in one.problem for one in at(found, "meeting.planned", "error"))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["outside"][0].update(after=["tender"], lines=[LEAK]),
        lambda d: further(d, "tender"),
        lambda d: (fact(d, "closing_list").update(after=["tender"], trust=0.5), further(d, "closing_list")),
        lambda d: further(d, "closing_list"),
    ],
    ids=["a topic that waits for the fact", "the fact itself", "a fact told after it", "a fact that needs more trust"],
)
def test_what_comes_after_a_fact_may_say_it(look_closely: Look, change: Change) -> None:
    assert not [one for one in look_closely(change) if LEAK[:30] in one.problem]


def test_a_question_for_two_facts_is_found(look_closely: Look) -> None:
    found = look_closely(lambda d: fact(d, "standstill")["asks"].append("Who makes the shortlist, then?"))
    told = [one for one in found if one.place.startswith("facts.standstill.asks.")]
    assert [one.severity for one in told] == ["error"]
    assert "facts.tender" in told[0].problem


def test_a_question_for_a_fact_and_a_topic_is_found(look_closely: Look) -> None:
    found = look_closely(lambda d: d["people"][0]["outside"][0]["asks"].append("Is there going to be a tender soon?"))
    told = [one for one in found if one.place.startswith("facts.tender.asks.")]
    assert "people.agnieszka.outside.origins" in told[0].problem


def test_one_question_may_lead_from_a_fact_to_the_next(look_closely: Look) -> None:
    found = look_closely(lambda d: fact(d, "read_aloud")["asks"].append("Why does {he} draw everything then?"))
    assert not [one for one in found if "asks nearly the same" in one.problem]


def test_a_place_is_told_by_ids() -> None:
    assert dotted(("facts", 1, "lines", "open", 0), {"facts": ["one", "two"]}) == "facts.two.lines.open.0"
    assert dotted(("time_up", 0), {"facts": ["one"]}) == "time_up.0"
    assert dotted(("lines",), {"lines": ["one"]}) == "lines"


def test_a_long_line_is_cut_at_a_word() -> None:
    assert quoted("so\n it goes") == "“so it goes”"
    assert quoted("it goes on and on", 8) == "“it goes …”" or quoted("it goes on and on", 8) == "“it …”"
