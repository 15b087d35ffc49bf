"""The net below every handler: a fault of ours is logged, and told to the trainee in a sentence instead of a bare "Error"."""

import inspect
import logging
from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import Any

_log = logging.getLogger(__name__)
SORRY = ("Something went wrong on our side. What you had sent is kept; reload the page to go on. If it happens again, the "
         "server's log says where.")
Handler = Callable[..., Any]


def with_net(handler: Handler, shown: Callable[[str], Any], unchanged: object) -> Handler:
    """`handler` with every exception caught, logged, and turned into what `shown` makes of the sentence for the trainee.

    Works for plain functions and for async generators; the signature stays, since Gradio reads it.

    Args:
        unchanged: what a handler gives that changes nothing. Of a generator that ends without a word Gradio makes that every
            output is to be emptied, and so this is given in its place.
    """
    if inspect.isasyncgenfunction(handler):

        @wraps(handler)
        async def streaming(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            told = False
            try:
                async for value in handler(*args, **kwargs):
                    told = True
                    yield value
                if not told:
                    yield unchanged
            except Exception:  # noqa: BLE001 - the last net: nothing below it, and it is logged and told
                _log.exception("a handler of the page failed")
                yield shown(SORRY)

        return streaming

    @wraps(handler)
    def plain(*args: Any, **kwargs: Any) -> object:
        try:
            return handler(*args, **kwargs)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("a handler of the page failed")
            return shown(SORRY)

    return plain
