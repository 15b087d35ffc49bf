"""The gate to an endpoint: so many at once, and a dead endpoint holds nobody up."""

import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import CapError, EndpointError, GoneError, ModelError
from coach.llm.guard import Guard, guard_of


class Clock:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def call(guard: Guard, error: Exception | None = None) -> str:
    """What came of a call that ends in `error`: "" where it went well, "refused" where it was not made at all."""
    made = False
    try:
        with guard.passing():
            made = True
            if error:
                raise error
    except ModelError as raised:
        return str(raised) if made else "refused"
    return ""


DEAD = EndpointError("dead")


def test_after_three_failures_calls_are_refused_until_one_gets_through() -> None:
    clock = Clock()
    guard = Guard(clock=clock)
    assert [call(guard, DEAD) for _ in range(5)] == ["dead"] * 3 + ["refused"] * 2
    clock.now += 21
    assert [call(guard, DEAD), call(guard)] == ["dead", "refused"]
    clock.now += 21
    assert [call(guard), call(guard, DEAD), call(guard)] == ["", "dead", ""]


def test_while_one_tries_the_others_are_refused() -> None:
    clock = Clock()
    guard = Guard(clock=clock)
    for _ in range(3):
        call(guard, DEAD)
    clock.now += 21
    with guard.passing():
        assert call(guard) == "refused"
    assert call(guard) == ""


def test_a_refusal_says_when_it_is_tried_again() -> None:
    guard = Guard(clock=Clock())
    for _ in range(3):
        call(guard, DEAD)
    with pytest.raises(EndpointError, match=r"failed 3 times in a row; it is tried again in 20 seconds\."), guard.passing():
        pass


@given(st.lists(st.sampled_from([None, ModelError("no JSON"), DEAD]), max_size=30))
def test_only_an_endpoint_that_fails_again_and_again_is_left_alone(errors: list[ModelError | None]) -> None:
    guard, in_a_row = Guard(clock=Clock()), 0
    for error in errors:
        assert (call(guard, error) == "refused") is (in_a_row >= 3)
        if in_a_row < 3:
            in_a_row = in_a_row + 1 if error is DEAD else 0


def test_no_more_than_there_are_places_are_under_way() -> None:
    guard, lock, under_way, most = Guard(at_once=3), Lock(), 0, 0

    def one(_: int) -> None:
        nonlocal under_way, most
        with guard.passing():
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.005)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(one, range(40)))
    assert most == 3


def test_an_endpoint_has_one_guard_for_each_model() -> None:
    assert guard_of("http://a", "m") is guard_of("http://a", "m")
    assert guard_of("http://a", "m") is not guard_of("http://a", "n")
    assert guard_of("http://a", "m") is not guard_of("http://b", "m")


def test_a_stream_that_is_left_early_was_an_answer() -> None:
    guard = Guard(clock=Clock())

    def stream() -> Iterator[int]:
        with guard.passing():
            yield 1
            yield 2

    call(guard, DEAD)
    call(guard, DEAD)
    left = stream()
    assert next(left) == 1
    cast(Generator[int, None, None], left).close()
    assert [call(guard, DEAD), call(guard)] == ["dead", ""]


def test_while_all_places_hang_a_resting_endpoint_refuses_all_the_same() -> None:
    guard = Guard(at_once=1, clock=Clock())
    for _ in range(3):
        call(guard, DEAD)
    guard._places.acquire()
    assert call(guard) == "refused"


def test_a_late_failure_makes_the_rest_no_longer() -> None:
    clock = Clock()
    guard = Guard(clock=clock)
    with pytest.raises(EndpointError), guard.passing():
        for _ in range(3):
            call(guard, DEAD)
        clock.now += 15
        raise DEAD
    clock.now += 6
    assert call(guard) == ""


@pytest.mark.parametrize("error", [CapError("capped"), GoneError("gone")])
def test_a_try_for_which_nobody_was_asked_makes_the_rest_no_longer(error: Exception) -> None:
    clock = Clock()
    guard = Guard(clock=clock)
    for _ in range(3):
        call(guard, DEAD)
    clock.now += 21
    with pytest.raises(type(error)), guard.passing():
        raise error
    assert call(guard) == ""
