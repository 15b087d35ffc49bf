"""Cards: what loads, and that each fault names its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from coach.customer.script import Scenarios
from coach.errors import DataFileError, SetupError
from coach.knowledge import SECTIONS, CardTip, load_card, load_cards
from coach.settings import data_folder

CardWriter = Callable[..., Path]


def test_a_card_loads_with_its_sections_verbatim(write_card: CardWriter) -> None:
    words = "- “One.”\n\n### Not a section\n\n- “Two ##.”"
    card = load_card(write_card("pause", title="Wait a little", sections={"Words to try": words}))
    assert (card.id, card.title, card.behaviours) == ("pause", "Wait a little", ("pitch", "advice"))
    assert tuple(section.heading for section in card.sections) == SECTIONS
    assert card.section("Words to try") == words


def test_a_tip_tells_its_slots() -> None:
    assert CardTip(when=("pitch",), say="{name}, {clue}").slots == {"name", "clue"}
    assert CardTip(when=("pitch",), say="Wait.").slots == set()


@pytest.mark.parametrize(("old", "new", "line", "problem"), [
    ("id: pause", "id: other", 2, "differs from the file's name; call it 'pause'"),
    ("author: A. Writer\n", "", 2, "author: Field required"),
    ("tags: [listening]", "tags: [listening]\nmood: calm", 8, "mood: Extra inputs"),
    ("title: Card pause", 'title: " "', 3, "title"),
    ("[pitch, advice]", "[pitch, advise]", 8, "there is no behaviour 'advise'; did you mean 'advice'?"),
    ("when: [pitch]", "when: [singing]", 10, "there is no behaviour 'singing'"),
    ("when: [pitch]", "when: []", 10, "tips.0.when"),
    ("{clue}", "{hint}", 11, "the slot {hint} is not known"),
    ("{clue}", "{clue", 11, "a brace stands alone"),
    ("## What it is", "Hello.\n\n## What it is", 14, "text stands before the first heading"),
    ("## When to use it", "## When to use", 18, "found `## When to use`; expected `## When to use it` here"),
    ("## Example\n\nExample of listening.\n", "", 29, "the heading `## Example` is missing"),
    ("Words to try of listening.", "", 22, "the section `## Words to try` is empty"),
    ("Example of listening.", "Example.\n\n## More\n\nx", 34, "expected no further heading"),
])
def test_a_fault_names_file_and_line(write_card: CardWriter, old: str, new: str, line: int, problem: str) -> None:
    path = write_card("pause")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DataFileError) as caught:
        load_card(path)
    assert problem in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)


def test_headings_out_of_order_are_a_fault(write_card: CardWriter) -> None:
    path = write_card("pause")
    text = path.read_text("utf-8").replace("## Example", "## X").replace("## Words to try", "## Example")
    path.write_text(text, "utf-8")
    with pytest.raises(DataFileError, match="found `## Example`; expected `## Words to try` here"):
        load_card(path)


def test_a_body_without_headings_is_a_fault(write_card: CardWriter) -> None:
    path = write_card("pause")
    path.write_text(path.read_text("utf-8").partition("## ")[0], "utf-8")
    with pytest.raises(DataFileError, match="the heading `## What it is` is missing"):
        load_card(path)


def test_a_folder_loads_sorted_and_leaves_out_what_is_no_card(write_card: CardWriter, tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    write_card("b")
    write_card("a")
    (folder / "README.md").write_text("How to write cards", "utf-8")
    (folder / ".#c.md").write_text("an editor's", "utf-8")
    assert [card.id for card in load_cards(folder)] == ["a", "b"]


def test_an_id_taken_twice_is_a_fault(write_card: CardWriter, tmp_path: Path) -> None:
    path = write_card("a")
    other = tmp_path / "cards" / "house" / "a.md"
    other.parent.mkdir()
    other.write_text(path.read_text("utf-8"), "utf-8")
    with pytest.raises(DataFileError, match=r"house/a\.md, line 2: the id 'a' is taken by .*cards/a\.md"):
        load_cards(tmp_path / "cards")


@pytest.mark.parametrize("make", [False, True])
def test_a_missing_or_empty_folder_needs_setup(tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "none"
    if make:
        folder.mkdir()
    with pytest.raises(SetupError, match=r"no knowledge cards in .*none"):
        load_cards(folder)


def test_the_shipped_cards_load() -> None:
    assert len(load_cards(data_folder("knowledge"))) >= 20


def test_every_scenario_is_one_that_ships_and_each_has_a_card() -> None:
    assert {one for card in load_cards(data_folder("knowledge")) for one in card.scenarios} == set(Scenarios().paths)
