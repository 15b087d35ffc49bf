"""Two tabs and double clicks: one reply wins, the other is told."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from coach.domain import Ending, Exchange, Meeting, Move
from coach.errors import ConflictError, NotFoundError
from coach.records import Repository, open_repository

MakeMeeting = Callable[..., Meeting]
MakeExchange = Callable[..., Exchange]


def test_of_many_replies_at_once_one_wins(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    repository.begin(make_meeting())
    tabs, rounds = 8, 5
    barrier = Barrier(tabs)

    def press(tab: int, number: int) -> str:
        barrier.wait()
        try:
            repository.append("m1", make_exchange(number, reply=f"from tab {tab}"))
        except ConflictError as error:
            return str(error)
        return "kept"

    with ThreadPoolExecutor(tabs) as pool:
        for number in range(1, rounds + 1):
            results = Counter(pool.map(press, range(tabs), [number] * tabs))
            assert results.pop("kept") == 1
            (message,) = results
            assert "moved on" in message
    assert [exchange.number for exchange in repository.get("m1").exchanges] == list(range(rounds + 1))


def test_two_openings_of_one_file_see_each_other(
    url: str, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    one, other = open_repository(url), open_repository(url)
    one.begin(make_meeting())
    other.append("m1", make_exchange(1))
    with pytest.raises(ConflictError):
        one.append("m1", make_exchange(1))
    one.append("m1", make_exchange(2))
    assert other.get("m1") == make_meeting(replies=2)
    one.close()
    other.close()


@pytest.mark.parametrize("number", [0, 1, 3])
def test_only_the_next_number_fits(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange, number: int
) -> None:
    repository.begin(make_meeting(replies=1))
    with pytest.raises(ConflictError, match="moved on"):
        repository.append("m1", make_exchange(number))
    assert repository.get("m1") == make_meeting(replies=1)


def test_a_line_that_ends_the_meeting_ends_it(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    repository.begin(make_meeting())
    last = make_exchange(1, move=Move("leave", "cold", ending=Ending.LEFT))
    repository.append("m1", last)
    meeting = repository.get("m1")
    assert (meeting.ended_at, meeting.ending) == (last.at, Ending.LEFT)
    with pytest.raises(ConflictError, match="has ended"):
        repository.append("m1", make_exchange(2))
    assert repository.get("m1") == meeting


def test_a_time_given_ends_the_meeting(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    repository.begin(make_meeting())
    at = make_exchange(1).at + timedelta(seconds=30)
    repository.append("m1", make_exchange(1), ended_at=at)
    meeting = repository.get("m1")
    assert (meeting.ended_at, meeting.ending) == (at, None)


def test_ending_twice_keeps_the_first_end(repository: Repository, make_meeting: MakeMeeting) -> None:
    meeting = make_meeting()
    repository.begin(meeting)
    at = meeting.started_at + timedelta(minutes=5)
    repository.end("m1", Ending.WELL, at)
    repository.end("m1", Ending.LEFT, at + timedelta(minutes=1))
    assert repository.get("m1") == make_meeting(ended_at=at, ending=Ending.WELL)


def test_a_meeting_that_is_not_there(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    for call in (
        lambda: repository.get("nowhere"),
        lambda: repository.append("nowhere", make_exchange(0)),
        lambda: repository.end("nowhere", None, make_meeting().started_at),
        lambda: repository.delete("nowhere"),
    ):
        with pytest.raises(NotFoundError, match="“nowhere”"):
            call()
