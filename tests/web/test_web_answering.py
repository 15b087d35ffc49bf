"""Her answer on its way: heard as it grows, and kept although nobody listens any more."""

import asyncio
import gc
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar, cast

import pytest

from coach.domain import Exchange
from coach.encounter import OnLine
from coach.errors import ConflictError
from coach.web.answering import answering, typing_seconds

EXCHANGE = cast(Exchange, object())
Value = TypeVar("Value")


def apart(work: Coroutine[Any, Any, Value]) -> Value:
    """Runs `work` in a thread: where a browser was driven before, this one has a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_lines_come_in_order_and_the_exchange_last() -> None:
    def reply(on_line: OnLine) -> Exchange:
        for line in ("It is.", "It is. Rather."):
            on_line(line)
        return EXCHANGE

    async def heard() -> list[object]:
        return [said async for said in answering(reply)]

    assert apart(heard()) == ["It is.", "It is. Rather.", EXCHANGE]


def test_what_goes_wrong_is_raised() -> None:
    def reply(_: OnLine) -> Exchange:
        raise ConflictError("Over.")

    async def heard() -> None:
        async for _ in answering(reply):
            pass

    with pytest.raises(ConflictError):
        apart(heard())


@pytest.mark.parametrize("fails", [True, False])
def test_who_leaves_leaves_nothing_behind(*, fails: bool) -> None:
    left, done = Event(), Event()
    complaints: list[object] = []

    def reply(on_line: OnLine) -> Exchange:
        on_line("It is.")
        left.wait(10)
        on_line("It is. Rather.")
        done.set()
        if fails:
            raise ConflictError("Over.")
        return EXCHANGE

    async def leave() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        lines = answering(reply)
        async for said in lines:
            assert said == "It is."
            break
        await lines.aclose()  # type: ignore[attr-defined]  # an async generator
        left.set()
        while not done.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        gc.collect()

    apart(leave())
    assert complaints == []


def test_a_long_line_takes_longer_up_to_a_point() -> None:
    short, longer, longest, endless = (typing_seconds("a" * letters, 1) for letters in (3, 100, 1000, 9000))
    assert short < longer < longest == endless
    assert typing_seconds("a" * 1000, 0) == 0
