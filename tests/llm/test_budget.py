"""What is cut of a prompt's parts: never too little, nothing that may not be cut, and nothing out of its order."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from coach.llm.budget import End, Part, fit
from coach.llm.tokens import count_tokens

TURN = "customer: We heard it from the newspaper, and nobody has said a word since."


def tokens(texts: list[str]) -> int:
    return sum(count_tokens(text).tokens for text in texts)


def texts_at(part: Part, kept: tuple[int, ...]) -> list[str]:
    return [part.texts[place] for place in kept]


def indispensable(part: Part) -> list[int]:
    count = len(part.texts)
    return [place for place in range(count) if place < part.keep_first or place >= count - part.keep_last]


def total(parts: list[Part], kept: dict[str, tuple[int, ...]]) -> int:
    return sum(tokens(texts_at(part, kept[part.name])) for part in parts)


TEXTS = st.lists(st.text("ab \n", max_size=60), max_size=14).map(tuple)
PARTS = st.lists(
    st.builds(Part, name=st.text("xyz", min_size=1, max_size=3), texts=TEXTS, at=st.sampled_from(End),
              most=st.integers(1, 150), keep_first=st.integers(0, 3), keep_last=st.integers(0, 3)),
    max_size=4, unique_by=lambda part: part.name)


@given(parts=PARTS, room=st.integers(-20, 400))
def test_what_may_not_be_cut_is_whole_and_the_rest_is_within_the_budget(parts: list[Part], room: int) -> None:
    kept = fit(parts, room)
    for part in parts:
        held = indispensable(part)
        assert set(held) <= set(kept[part.name])
        assert tokens(texts_at(part, kept[part.name])) <= part.most or list(kept[part.name]) == held
    assert total(parts, kept) <= room or all(list(kept[part.name]) == indispensable(part) for part in parts)


@given(parts=PARTS, room=st.integers(-20, 400))
def test_order_is_kept_and_what_is_cut_lies_together_at_its_end(parts: list[Part], room: int) -> None:
    for part in parts:
        kept = fit(parts, room)[part.name]
        assert list(kept) == sorted(set(kept))
        cut = [place for place in range(len(part.texts)) if place not in kept]
        assert cut == list(range(cut[0], cut[-1] + 1)) if cut else True
        if cut and part.at is End.START:
            assert cut[0] == part.keep_first
        elif cut:
            assert cut[-1] == len(part.texts) - part.keep_last - 1


@given(parts=PARTS, room=st.integers(0, 400))
def test_a_part_is_cut_only_once_those_before_it_are(parts: list[Part], room: int) -> None:
    """Beyond what its own budget takes away, nothing goes of a part while one before it has something left to give."""
    kept = fit(parts, room)
    alone = {part.name: fit([part], 10**6)[part.name] for part in parts}
    for n, part in enumerate(parts):
        if kept[part.name] != alone[part.name]:
            assert all(list(kept[one.name]) == indispensable(one) for one in parts[:n])


@given(TEXTS, st.integers(1, 3))
def test_where_there_is_room_nothing_is_cut(texts: tuple[str, ...], keep: int) -> None:
    part = Part("history", texts, End.START, most=10**4, keep_last=keep)
    assert fit([part], 10**4)["history"] == tuple(range(len(texts)))


@given(st.integers(1, 80), st.sampled_from(End))
@example(1, End.START)
def test_no_more_is_cut_than_a_stride_and_a_text_beyond_need(count: int, at: End) -> None:
    part = Part("history", (TURN,) * count, at, most=600, keep_last=1)
    left = tokens(texts_at(part, fit([part], 10**6)["history"]))
    size = count_tokens(TURN).tokens
    assert left >= min(count * size, part.most - (part.most // 3 if at is End.START else 0) - size)


def test_a_part_that_grows_begins_the_same_for_several_turns() -> None:
    part = Part("history", (), End.START, most=600, keep_last=1)
    begins = [fit([replace(part, texts=(TURN,) * count)], 10**6)["history"][0] for count in range(1, 101)]
    assert begins == sorted(begins)
    assert begins[-1] > 60
    assert len(set(begins)) <= 15
