"""A fault that nobody foresaw still ends in a sentence."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest

from coach.web.net import SORRY, with_net

UNCHANGED = "as it was"


def test_a_plain_handler(caplog: pytest.LogCaptureFixture) -> None:
    def handler(number: int, request: gr.Request) -> float:
        return 1 / number

    guarded = with_net(handler, lambda sorry: sorry, UNCHANGED)
    assert guarded(2, None) == 0.5
    assert guarded(0, None) == SORRY
    assert "ZeroDivisionError" in caplog.text
    assert inspect.signature(guarded) == inspect.signature(handler)


def test_a_streaming_handler() -> None:
    async def handler(number: int) -> AsyncIterator[float]:
        if number > 2:
            return
        yield 1.0
        yield 1 / number

    async def stream(number: int) -> list[object]:
        return [value async for value in with_net(handler, lambda sorry: sorry, UNCHANGED)(number)]

    def collect(number: int) -> list[object]:
        # In a thread of its own: another test may have an event loop running in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, stream(number)).result()

    assert inspect.isasyncgenfunction(with_net(handler, lambda sorry: sorry, UNCHANGED))
    assert collect(2) == [1.0, 0.5]
    assert collect(0) == [1.0, SORRY]
    # A generator that ends without a word is no order to empty the page.
    assert collect(3) == [UNCHANGED]
