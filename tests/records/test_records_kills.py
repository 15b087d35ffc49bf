"""A process killed at any moment leaves whole exchanges, each once, and none that it had reported is missing."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from coach.domain import Meeting
from coach.records import Repository, open_repository

# Goes on with meeting m1 from its newest exchange, and prints the number of each exchange once it is kept.
_CHILD = """
import sys, time
from dataclasses import replace
from coach.records import open_repository
url, count = sys.argv[1], int(sys.argv[2])
repository = open_repository(url)
last = repository.get("m1").exchanges[-1]
for number in range(last.number + 1, last.number + 1 + count):
    repository.append("m1", replace(last, number=number))
    print(number, flush=True)
time.sleep(60)
"""


@dataclass(frozen=True)
class Killed:
    """Records that a killed process left.

    Attributes:
        bystander: a repository that another process had open all the while.
        reported: the newest exchange that the killed one had said was kept.
    """

    url: str
    bystander: Repository
    reported: int


@pytest.fixture(scope="module")
def killed(
    tmp_path_factory: pytest.TempPathFactory, make_meeting: Callable[..., Meeting]
) -> Iterator[tuple[Killed, Killed]]:
    """One killed after a single append, when it idled, and one amid a long run of them; both at once, to save time."""
    folder = tmp_path_factory.mktemp("killed")
    plans = [(f"sqlite:///{folder}/idle.db", 1, 1), (f"sqlite:///{folder}/busy.db", 100_000, 25)]
    bystanders = [open_repository(url) for url, _, _ in plans]
    for bystander in bystanders:
        bystander.begin(make_meeting(replies=1))
    children = [
        subprocess.Popen([sys.executable, "-c", _CHILD, url, str(appends)], stdout=subprocess.PIPE, text=True)
        for url, appends, _ in plans
    ]
    idle, busy = (
        Killed(url, bystander, _kill_after(lines, child))
        for (url, _, lines), bystander, child in zip(plans, bystanders, children, strict=True)
    )
    yield idle, busy
    for bystander in bystanders:
        bystander.close()


def _kill_after(lines: int, child: subprocess.Popen[str]) -> int:
    """Kill the child as soon as it has reported so many appends; the last one that it reported."""
    assert child.stdout is not None
    with child:
        for _ in range(lines):
            assert child.stdout.readline(), "the child ended early"
        child.kill()
        reported = 1 + lines + len(child.stdout.read().split())
    assert child.returncode == -signal.SIGKILL
    return reported


def test_what_was_kept_outlives_the_process(
    killed: tuple[Killed, Killed], make_meeting: Callable[..., Meeting]
) -> None:
    idle, _ = killed
    assert idle.reported == 2
    with closing(open_repository(idle.url)) as repository:
        exchanges = repository.get("m1").exchanges
    assert exchanges[:2] == make_meeting(replies=1).exchanges
    assert exchanges[2:] == (replace(exchanges[1], number=2),)


def test_killed_amid_appends_nothing_is_torn(killed: tuple[Killed, Killed]) -> None:
    _, busy = killed
    exchanges = busy.bystander.get("m1").exchanges
    numbers = [exchange.number for exchange in exchanges]
    assert numbers == list(range(len(numbers)))
    # At most one was kept that the child had no time left to report.
    assert busy.reported <= numbers[-1] <= busy.reported + 1
    assert exchanges[1:] == tuple(replace(exchanges[1], number=number) for number in numbers[1:])
    with closing(open_repository(busy.url)) as repository:
        assert repository.get("m1").exchanges == exchanges
    busy.bystander.append("m1", replace(exchanges[1], number=numbers[-1] + 1))
