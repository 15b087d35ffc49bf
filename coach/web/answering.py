"""Her answer on its way: worked out in a thread, with her line as it grows, and the whole exchange last."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from anyio import to_thread

from coach.domain import Exchange
from coach.encounter import OnLine

# So an authored line seems to be typed: quicker than people type, since trainees wait.
_TYPED_A_SECOND = 120
_SHORTEST_TYPING = 0.5
_LONGEST_TYPING = 1.8


async def answering(reply: Callable[[OnLine], Exchange]) -> AsyncIterator[str | Exchange]:
    """Runs `reply`; gives her line each time it has grown, then what `reply` gave.

    Who stops listening does not stop it: the exchange is kept all the same.
    """
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def on_line(line: str) -> None:
        # Where the page is gone, so is its loop; the reply goes on and is kept.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lines.put_nowait, line)

    answer = asyncio.ensure_future(to_thread.run_sync(reply, on_line))
    # What went wrong after the trainee had left concerns nobody.
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())
    while True:
        line = asyncio.ensure_future(lines.get())
        either: set[asyncio.Future[Any]] = {line, answer}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not line.done():
                break
            yield line.result()
        finally:
            line.cancel()
    yield await answer


def typing_seconds(line: str, pace: float) -> float:
    """How long she seems to type an authored line; 0 at a pace of 0."""
    return pace * min(_LONGEST_TYPING, max(_SHORTEST_TYPING, len(line) / _TYPED_A_SECOND))
