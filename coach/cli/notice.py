"""The line that says, the first time, where what is typed goes."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from coach.errors import StorageError

if TYPE_CHECKING:
    from coach.wiring import Coach


def tell_once(coach: "Coach", trainee: str) -> None:
    """Name the host on stderr before anything goes there for the first time; say nothing where nothing is sent.

    The page tells more and asks for a yes, so a line that was told here does not stand for the notice there. Where it can not
    be kept that it was told, it is told again.
    """
    if not coach.notice:
        return
    told = f"{coach.notice}, told in a line"
    with suppress(StorageError):
        if coach.records.notices_seen(trainee) & {told, coach.notice}:
            return
    click.echo(f"What is said here is sent to the language model at {coach.sent_to}; COACH_ENGINE=embedded sends nothing. "
               "Told once; more in docs/privacy.md.", err=True)
    with suppress(StorageError):
        coach.records.mark_notice(trainee, told, datetime.now(UTC))
