"""Real processes: a script that is killed in the middle of a meeting, and a terminal that is interrupted."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from coach.domain import Exchange, Meeting
from coach.wiring import Coach

COACH = [sys.executable, "-m", "coach"]
REPLIES = ("I'm so sorry, Maren. How are you doing with it yourself?",
           "You said it could be you as well. What would that mean?",
           "Right. Can we still sign phase two this month?")
LONG_ENOUGH = 60.0


def timeless(exchanges: tuple[Exchange, ...]) -> list[Exchange]:
    """The exchanges without the moments at which they were kept."""
    return [replace(exchange, at=datetime.min.replace(tzinfo=UTC)) for exchange in exchanges]


def unbroken(coach: Coach) -> Meeting:
    """The same meeting, held in one go."""
    meeting = coach.practice.begin("acquisition-news", "local", seed=7)
    for number, reply in enumerate(REPLIES, start=1):
        coach.practice.reply(meeting.id, "local", number, reply)
    return coach.records.get(meeting.id)


def read_until(stream: int, wanted: str, again: Callable[[], None] = lambda: None) -> str:
    """What comes from `stream` until `wanted` is in it. While nothing comes, `again` is done every half second."""
    text = b""
    until = time.monotonic() + LONG_ENOUGH
    while wanted.encode() not in text:
        ready, _, _ = select.select([stream], [], [], 0.5)
        if not ready:
            assert time.monotonic() < until, f"{wanted!r} did not come: {text.decode(errors='replace')}"
            again()
            continue
        more = os.read(stream, 65536)
        assert more, f"{wanted!r} did not come: {text.decode(errors='replace')}"
        text += more
    return text.decode(errors="replace")


@contextmanager
def started(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process of coach's; where the test fails it is killed, since waiting for it would hang."""
    with subprocess.Popen([*COACH, *arguments], **options) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def test_killed_in_the_middle_a_script_goes_on_with_nothing_lost_or_doubled(
        coach: Coach, process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    command = ("chat", "acquisition-news", "--seed", "7")
    with started(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        begun = read_until(child.stdout.fileno(), "\nMaren\n")
        meeting_id = re.findall(r"Meeting\s+([0-9a-f]{12})", begun)[0]
        for reply in REPLIES[:2]:
            child.stdin.write(f"{reply}\n".encode())
            child.stdin.flush()
            read_until(child.stdout.fileno(), "\nMaren\n")
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert [exchange.reply for exchange in coach.records.get(meeting_id).exchanges] == ["", *REPLIES[:2]]

    said = REPLIES[2].encode() + b"\nNot UTF-8: \xff\xfe\n/end\n"
    resumed = process("chat", "--resume", meeting_id, stdin=said)
    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert "\x1b" not in resumed.stdout
    after = coach.records.get(meeting_id)
    assert after.ended_at is not None
    assert after.exchanges[4].reply == "Not UTF-8: \ufffd\ufffd"
    assert timeless(after.exchanges[:4]) == timeless(unbroken(coach).exchanges)
    flat = " ".join(resumed.stdout.split())
    assert all(exchange.line in flat for exchange in after.exchanges)
    assert "Debrief" in resumed.stdout


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """Lets children take SIGINT, also where the tests run in the background of a shell, which has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_interrupts")
def test_at_a_terminal_an_interrupt_is_calm_and_says_how_to_go_on(coach: Coach) -> None:
    here, there = pty.openpty()
    with started("chat", "acquisition-news", stdin=there, stdout=there, stderr=there, start_new_session=True,
                 env=os.environ | {"TERM": "xterm", "COLUMNS": "80"}) as child:
        os.close(there)
        read_until(here, "You: ")
        os.write(here, f"{REPLIES[0]}\n".encode())
        shown = read_until(here, "You: ")
        child.send_signal(signal.SIGINT)
        # An interrupt that comes just as Python begins to wait for a line is noticed with the next one, as anywhere in Python.
        shown += read_until(here, "coach: stopped.", again=lambda: child.send_signal(signal.SIGINT))
        assert child.wait(LONG_ENOUGH) == 130
    os.close(here)
    [summary] = coach.records.list()
    assert summary.replies == 1
    assert summary.ended_at is None
    assert f"coach chat --resume {summary.id}" in shown
    assert "Traceback" not in shown
