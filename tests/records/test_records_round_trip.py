"""What goes into the records comes out the same, whatever people type."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coach.domain import (
    Behaviour,
    Citation,
    Contribution,
    CustomerState,
    Ending,
    Event,
    Exchange,
    Level,
    LookBack,
    Meeting,
    Move,
    Noticed,
    Observation,
    ReplyScore,
    ScoreSource,
    Tip,
)
from coach.errors import ConflictError, InputError, NotFoundError
from coach.records import Repository, open_repository
from coach.records.engine import open_database
from coach.records.models import Base, NoticeSeenRow, ScoreRow

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Kind = TypeVar("_Kind", bound="DataclassInstance")
_T = TypeVar("_T")
_NASTY = (
    "Mir fehlt was 😔👩🏽‍🚀",
    "one\ntwo\r\n\tthree ",
    "'quoted' \"twice\" \\ `ticked`",
    "<script>alert('x')</script>&amp;",
    "'); DROP TABLE meetings; --",
    "%s ? :name {0} ${x}",
    "\x00 \u2028 \ufeff",
    "null",
    "1e5",
)


def whole(kind: type[_Kind], /, **parts: st.SearchStrategy[object]) -> st.SearchStrategy[_Kind]:
    """Values of `kind` with every field drawn, so that a field which the domain gains can not be forgotten here."""
    names = {field.name for field in fields(kind)}
    assert set(parts) == names, f"{kind.__name__}: {set(parts) ^ names}"
    return st.builds(kind, **parts)


texts = st.one_of(st.sampled_from(_NASTY), st.text(max_size=40))
shares = st.floats(0, 1)
points = st.floats(-100, 100)
zones = st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=zones)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def tuples(of: st.SearchStrategy[_T]) -> st.SearchStrategy[tuple[_T, ...]]:
    return st.lists(of, max_size=3).map(tuple)


endings = st.one_of(st.none(), st.sampled_from(Ending))
observations = whole(
    Observation,
    behaviour=st.one_of(st.sampled_from([behaviour.value for behaviour in Behaviour]), texts),
    quote=texts,
    start=st.integers(0, 2**31 - 1),
    confidence=shares,
    about=texts,
)
scores = whole(
    ReplyScore,
    empathy=st.integers(0, 100),
    selling=st.integers(0, 100),
    overall=st.integers(0, 100),
    earned=st.booleans(),
    observations=tuples(observations),
    contributions=tuples(whole(Contribution, behaviour=texts, empathy=points, selling=points)),
    events=tuples(st.sampled_from(Event)),
    confidence=shares,
    source=whole(ScoreSource, engine=texts, model=texts, prompt_hash=texts, rubric_version=texts),
    note=texts,
    reason=texts,
)
citations = whole(
    Citation, chunk_id=texts, card_id=texts, title=texts, framework=texts, source=texts, author=texts, text=texts
)
moves = whole(
    Move,
    kind=texts,
    mood=texts,
    facts=tuples(texts),
    clue_dropped=texts,
    clue_met=texts,
    clue_missed=texts,
    ending=endings,
)


def exchanges(number: int) -> st.SearchStrategy[Exchange]:
    return whole(
        Exchange,
        number=st.just(number),
        reply=texts,
        line=texts,
        state=whole(CustomerState, trust=shares, openness=shares, stress=shares, patience=shares),
        move=moves,
        memory=st.dictionaries(texts, json_values, max_size=3),
        voice=texts,
        at=moments,
        score=st.one_of(st.none(), scores),
        tip=st.one_of(st.none(), whole(Tip, text=texts, citation=citations, worded_by=texts)),
        lapses=tuples(texts),
    )


look_backs = whole(
    LookBack,
    moments=tuples(whole(Noticed, reply=st.integers(0, 2**31 - 1), quote=texts, said=texts)),
    following=texts,
    model=texts,
    prompt_hash=texts,
)
meetings = whole(
    Meeting,
    id=st.just(""),
    scenario_id=texts,
    scenario_hash=texts,
    seed=st.integers(0, 2**31 - 1),
    trainee=texts,
    engine=texts,
    started_at=moments,
    ended_at=st.one_of(st.none(), moments),
    ending=endings,
    exchanges=st.integers(0, 2).flatmap(lambda n: st.tuples(*(exchanges(number) for number in range(n + 1)))),
    level=st.sampled_from(Level),
    person=texts,
    branch_of=texts,
    branch_at=st.integers(0, 2**31 - 1),
    look_back=st.one_of(st.none(), look_backs),
)


@pytest.fixture(scope="module")
def one_repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    records = open_repository(f"sqlite:///{tmp_path_factory.mktemp('records') / 'coach.db'}")
    yield records
    records.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(meeting=meetings)
def test_any_meeting_comes_back_as_it_went_in(one_repository: Repository, meeting: Meeting) -> None:
    meeting = replace(meeting, id=str(uuid4()))  # drawn ones come again
    one_repository.begin(meeting)
    back = one_repository.get(meeting.id)
    assert back == meeting
    assert repr(back.exchanges[0].memory) == repr(meeting.exchanges[0].memory)  # 1, 1.0 and True are equal, not alike
    assert back.started_at.tzinfo is UTC


def test_a_meeting_grows_by_its_exchanges(
    repository: Repository, make_meeting: Callable[..., Meeting], make_exchange: Callable[..., Exchange]
) -> None:
    opening = make_meeting()
    repository.begin(opening)
    assert repository.get("m1") == opening
    repository.append("m1", make_exchange(1))
    repository.append("m1", make_exchange(2))
    assert repository.get("m1") == make_meeting(replies=2)


@pytest.mark.parametrize("level", Level)
def test_level_person_and_branch_come_back_and_stand_in_the_list(
    repository: Repository, make_meeting: Callable[..., Meeting], level: Level
) -> None:
    repository.begin(make_meeting("first", replies=2))
    branch = make_meeting("second", replies=1, level=level, person="nuria", branch_of="first", branch_at=1)
    repository.begin(branch)
    assert repository.get("second") == branch
    listed = {one.id: (one.level, one.person, one.branch_of) for one in repository.list()}
    assert listed == {"first": (Level.MEDIUM, "", ""), "second": (level, "nuria", "first")}


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_comes_back(
    repository: Repository, make_meeting: Callable[..., Meeting], make_exchange: Callable[..., Exchange], ending: Ending
) -> None:
    last = make_exchange(1)
    repository.begin(make_meeting())
    repository.append("m1", replace(last, move=replace(last.move, ending=ending)))
    assert repository.get("m1").ending is ending
    assert repository.get("m1").exchanges[1].move.ending is ending
    assert [one.ending for one in repository.list()] == [ending]


@pytest.mark.parametrize("words", [words for words in _NASTY if "\x00" not in words])
def test_what_is_typed_is_only_text(
    repository: Repository,
    make_meeting: Callable[..., Meeting],
    make_exchange: Callable[..., Exchange],
    words: str,
) -> None:
    repository.begin(make_meeting(trainee=words))
    repository.append("m1", make_exchange(1, reply=words))
    assert repository.get("m1").exchanges[1].reply == words
    assert [found.trainee for found in repository.list(trainee=words)] == [words]


def test_half_an_emoji_is_refused_in_words(
    repository: Repository, make_meeting: Callable[..., Meeting], make_exchange: Callable[..., Exchange]
) -> None:
    repository.begin(make_meeting())
    with pytest.raises(InputError, match=r"can not be stored; nothing was saved of this reply"):
        repository.append("m1", make_exchange(1, reply="\ud83d"))
    with pytest.raises(InputError, match="can not be stored"):
        repository.append("m1", make_exchange(1, memory={"said": "\ud83d"}))
    repository.append("m1", make_exchange(1))


def test_a_mistake_of_the_program_is_not_dressed_up(
    repository: Repository, make_meeting: Callable[..., Meeting], make_exchange: Callable[..., Exchange]
) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        repository.begin(make_meeting(started_at=datetime(2026, 1, 1)))
    with pytest.raises(ValueError, match="not JSON compliant"):
        repository.begin(make_meeting(exchanges=(make_exchange(0, memory={"odds": float("nan")}),)))
    assert repository.list() == ()


def test_a_meeting_begins_whole_or_not_at_all(
    repository: Repository, make_meeting: Callable[..., Meeting], make_exchange: Callable[..., Exchange]
) -> None:
    with pytest.raises(InputError, match="not numbered from 0"):
        repository.begin(make_meeting(exchanges=(make_exchange(1),)))
    repository.begin(make_meeting())
    with pytest.raises(ConflictError, match="recorded already"):
        repository.begin(make_meeting(replies=3))
    assert repository.get("m1") == make_meeting()


def test_deleting_takes_everything_along(repository: Repository, make_meeting: Callable[..., Meeting]) -> None:
    repository.begin(make_meeting("gone", replies=2))
    repository.begin(make_meeting("kept", replies=2))
    repository.delete("gone")
    with pytest.raises(NotFoundError, match="no meeting with the id “gone”"):
        repository.get("gone")
    with pytest.raises(NotFoundError):
        repository.delete("gone")
    assert repository.get("kept") == make_meeting("kept", replies=2)
    repository.begin(make_meeting("gone"))
    assert repository.get("gone") == make_meeting("gone")


def test_deleting_leaves_no_row_behind(url: str, make_meeting: Callable[..., Meeting]) -> None:
    engine = open_database(url)
    repository = Repository(engine)
    repository.begin(make_meeting(replies=2))
    of_people = {"cards_read", "notices_seen", "model_calls"}
    of_meetings = [table for table in Base.metadata.sorted_tables if table.name not in of_people]
    with engine.connect() as connection:
        assert all(connection.execute(select(table)).all() for table in of_meetings)
    repository.delete("m1")
    with engine.connect() as connection:
        assert not any(connection.execute(select(table)).all() for table in of_meetings)
    engine.dispose()


def test_cards_are_marked_and_unmarked_by_trainee(url: str) -> None:
    repository = Repository(open_database(url))
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    for _ in range(2):  # twice is once
        repository.mark_card("ada", "two-gears", moment)
    repository.mark_card("bo", "equals", moment)
    assert repository.cards_read("ada") == {"two-gears"}
    for _ in range(2):
        repository.mark_card("ada", "two-gears", None)
    assert repository.cards_read("ada") == frozenset()
    assert repository.cards_read("bo") == {"equals"}
    repository.close()


def test_notices_are_kept_by_trainee_with_the_moment_of_the_first_time(url: str) -> None:
    engine = open_database(url)
    repository = Repository(engine)
    first, later = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
    assert repository.notices_seen("ada") == frozenset()
    for moment in (first, later):
        repository.mark_notice("ada", "a model at h.example", moment)
    repository.mark_notice("bo", "another", later)
    assert repository.notices_seen("ada") == {"a model at h.example"}
    assert repository.notices_seen("bo") == {"another"}
    with engine.connect() as connection:
        assert connection.scalar(select(NoticeSeenRow.at).where(NoticeSeenRow.trainee == "ada")) == first
    repository.close()


def test_each_score_keeps_its_own_origin(url: str, make_meeting: Callable[..., Meeting]) -> None:
    engine = open_database(url)
    Repository(engine).begin(make_meeting(replies=2))
    row = ScoreRow
    origin = select(row.engine, row.model, row.prompt_hash, row.rubric_version, row.scenario_hash, row.seed)
    with engine.connect() as connection:
        found = [tuple(score) for score in connection.execute(origin)]
    assert found == [("embedded", "detector 1", "", "2026-01", "0a1b2c3d4e5f", 2**31 - 1)] * 2
    engine.dispose()
