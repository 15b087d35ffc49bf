"""Names are masked wherever they stand, and put back to the letter."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from coach.errors import SetupError
from coach.llm.masking import EVERYDAY, Masks
from coach.settings import Engine

MASKS = Masks.of("Tobias Reuter; Novak ;;Bank of Lindqvist; O'Brien-Hale; José;")

# Bits of which the names, their neighbours, masks and what looks like one are made, in any order.
BITS = st.sampled_from([
    "Tobias", "tobias", "Reuter", "REUTER", "Tobias Reuter", "Novak", "nOvAk", "Novak's", "novak’s", "Novaks",
    "Bank of Lindqvist", "bank", "of", "Lindqvist", "O'Brien-Hale", "O’Brien‑Hale",
    "José", "Jose\u0301", "PartyA", "partya", "PARTYB", "PartyxA1",
    "PartyA100", "party", "partying", " ", "\n", "-", "2", "_", '"', "{", ".", ", ", "ß", "İ", "\u0301"])
TEXTS = st.lists(BITS | st.text(max_size=5), max_size=25).map("".join)
NAMES = st.lists(st.text(min_size=2, max_size=12) | st.sampled_from(["Party", "PartyA", "Anna Party", "AB", "A1"]), max_size=30)


def remaining(masks: Masks, text: str) -> list[str]:
    """The names that stand in `text` as whole words."""
    return [name for name in masks.names
            if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text, re.IGNORECASE)]


@given(text=TEXTS)
@example(text="PartyA met Tobias Reuter, tobias reuter, TOBIAS REUTER, ToBias reuter, Tobias\n\nReuter, Reuter and partyb.")
def test_what_is_masked_comes_back_to_the_letter_and_no_name_remains(text: str) -> None:
    masked = MASKS.over(text)
    assert masked.restore(masked.text) == text
    assert remaining(MASKS, masked.text) == []


@given(text=TEXTS, names=NAMES)
def test_whatever_the_names_are(text: str, names: list[str]) -> None:
    try:
        masks = Masks.of(";".join(names))
    except SetupError:
        return
    told = text.join(names)
    masked = masks.over(told)
    assert masked.restore(masked.text) == told
    assert remaining(masks, masked.text) == []


@given(text=TEXTS)
def test_what_is_no_name_stays_as_it_is(text: str) -> None:
    masked = Masks.of("Zwxqvy; Qqzzkk Vvxxyy").over(text)
    assert masked.text == text
    assert masked.restore(text) == text


@given(text=TEXTS)
def test_an_answer_that_grows_never_shows_a_mask_nor_takes_back_a_word(text: str) -> None:
    masked = MASKS.over(f"Reuter, Novak and Lindqvist. {text}")
    grown = [masked.restore_so_far(masked.text[:length]) for length in range(len(masked.text) + 1)]
    grown.append(masked.restore(masked.text))
    assert all(later.startswith(earlier) for earlier, later in pairwise(grown))


@pytest.mark.parametrize(("text", "sent"), [
    ("Is Novak's offer in?", "Is PartyB's offer in?"),
    ("is novak in? NOVAK!", "is partyb in? PARTYB!"),
    ("Mr Reuter, that is Tobias Reuter", "Mr PartyA2, that is PartyA"),
    ("The Bank of Lindqvist is a bank", "The PartyC is a bank"),
    ("a Lindqvist loan", "a PartyC3 loan"),
    ("jan@novak.com sent Novak_offer.pdf", "jan@partyb.com sent PartyB_offer.pdf"),
    ("Novaks, Novakia", "Novaks, Novakia"),
    ('{"who": "Novak"}', '{"who": "PartyB"}'),
    ("PartyB asks Novak", "PartyB asks PartyxB"),
    ("They were partying with Novak", "They were partying with PartyxB"),
])
def test_how_a_text_is_sent(text: str, sent: str) -> None:
    assert MASKS.over(text).text == sent


def test_a_mask_that_comes_back_in_another_case_is_the_name_as_listed() -> None:
    masked = MASKS.over("i like novak and tobias reuter")
    assert masked.restore("PartyB's people like PARTYA. Who is PartyC?") == "Novak's people like Tobias Reuter. Who is PartyC?"


def test_everyday_words_of_a_name_are_left_alone_and_one_that_is_a_name_by_itself_is_not() -> None:
    assert Masks.of("Will Bank").over("I will go to the bank with Will Bank").text == "I will go to the bank with PartyA"
    masks = Masks.of("Apple; Novak; Target")
    assert masks.over("an apple a day").text == "an partya a day"
    assert masks.everyday == 2
    assert all(word == word.casefold() for word in EVERYDAY)


@pytest.mark.parametrize(("setting", "place"), [
    ("Novak; B", 2), ("x", 1), ("12; Novak", 1), ("; ;--", 3), ("Novak;" + "Anna " * 30, 2)])
def test_a_name_of_no_use_is_told_by_its_place_alone(setting: str, place: int) -> None:
    with pytest.raises(SetupError, match=f"^Name {place} in COACH_MASK_NAMES") as caught:
        Masks.of(setting)
    assert "Novak" not in str(caught.value)
    assert "Anna" not in str(caught.value)


def test_a_list_is_read_as_people_write_it() -> None:
    assert Masks.of("").names == ()
    assert Masks.of(" Novak;novak ; “3M”;\nJose\u0301 ").names == ("novak", "3M", "José")


class Inner(BaseModel):
    """A part of an answer."""

    text: str
    engine: Engine = Engine.MODEL


class Deep(BaseModel):
    """An answer with texts at every depth."""

    one: Inner
    many: list[Inner]
    by_name: dict[str, tuple[str, ...]]
    number: int = 3


def test_names_come_back_everywhere_in_a_value() -> None:
    masked = Masks.of("Novak; Model").over("Novak's model")
    value = Deep(one=Inner(text="PartyA"), many=[Inner(text="partyb of PartyA")], by_name={"PartyA": ("x PartyA", "y")})
    assert masked.restore_in(value) == Deep(
        one=Inner(text="Novak"), many=[Inner(text="model of Novak")], by_name={"Novak": ("x Novak", "y")})
    assert value.one.text == "PartyA"
