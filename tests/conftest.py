"""What every test gets: no network, no settings of whoever runs it, a home of its own; the parts that are slow to make, once.

The network switch: whatever reaches for an address off this machine fails its test, even where the code under test
swallows the error. Servers on loopback are real and allowed.
"""

import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr

from coach.customer.script import Scenarios
from coach.knowledge import Holdings, Library, build_index, load_cards, load_elsewhere, open_library
from coach.language.embeddings import Embedder, make_embedder
from coach.scoring.coverage import Coverage
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric, load_rubric
from coach.settings import Embeddings, Engine, Settings, data_folder
from coach.wiring import Coach

# A busy machine is no reason for a test to fail.
hypothesis_settings.register_profile("local", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("ci", parent=hypothesis_settings.get_profile("local"), derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI", "").lower() == "true" else "local")

# Of whoever runs the tests; what a test wants set, it sets. COACH_TEST_… tell the tests themselves where things are.
_FOREIGN = ("COACH_", "OPENAI_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "TIKTOKEN_", "DATA_GYM_")
_KEPT = "COACH_TEST_"


@pytest.fixture(scope="session", autouse=True)
def _forbidden() -> Iterator[list[str]]:
    """Turns the switch on for the whole run; gives the list to which each forbidden attempt is added."""
    attempts: list[str] = []

    def refuse(what: str) -> None:
        attempts.append(what)
        pytest.fail(f"A test may not use the network, and this one tried to {what}. Serve it on 127.0.0.1 instead.")

    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any, /) -> None:
        if _leaves(self, address):
            refuse(f"connect to {address[0]}")
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any, /) -> int:
        if _leaves(self, address):
            refuse(f"connect to {address[0]}")
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here(host):
            refuse(f"look up {host!r}")
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield attempts


def _leaves(of: socket.socket, address: Any) -> bool:
    return of.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0])


def _is_here(host: object) -> bool:
    """Whether `host` is this machine: loopback, or no particular address at all."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name.lower() in ("", "localhost"):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def forbidden(_forbidden: list[str]) -> Iterator[list[str]]:
    """Fails the test if anything reached for the network, also where the error was swallowed, or came in a thread."""
    _forbidden.clear()
    yield _forbidden
    if _forbidden:
        pytest.fail(f"A test may not use the network, and this one tried to {', then to '.join(_forbidden)}.")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.upper().startswith(_FOREIGN) and not name.startswith(_KEPT):
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _nobodys_environment: None) -> Path:
    """The home folder of coach in this test; not made yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("COACH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """MiniLM, loaded once."""
    return make_embedder(Embeddings.MINILM)


@pytest.fixture(scope="session")
def scenarios() -> Scenarios:
    """The built-in scenarios, each file read once."""
    return Scenarios()


@pytest.fixture(scope="session")
def seed_for(scenarios: Scenarios) -> Callable[..., int]:
    """Gives the seed, counted from 0 by `nth`, with which a meeting is with the person of this id."""

    def seed(person_id: str, nth: int = 0, scenario_id: str = "acquisition-news") -> int:
        script = scenarios.script(scenario_id)
        assert person_id in [person.id for person in script.people]
        fitting = (one for one in range(10_000) if script.drawn(one).id == person_id)
        return next(islice(fitting, nth, None))

    return seed


@pytest.fixture(scope="session")
def rubric() -> Rubric:
    """The rubric that ships."""
    return load_rubric()


@pytest.fixture(scope="session")
def detector(embedder: Embedder, rubric: Rubric) -> Detector:
    """The embedded observer, on the rubric that ships."""
    return Detector(embedder, rubric)


@pytest.fixture(scope="session")
def coverage(embedder: Embedder) -> Coverage:
    """Finds the steps of the frameworks."""
    return Coverage(embedder)


def shipped_holdings() -> Holdings:
    """The cards that ship, all of them on."""
    folder = data_folder("knowledge")
    return Holdings(load_cards(folder), elsewhere=load_elsewhere(folder))


@pytest.fixture(scope="session")
def built_index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """The index of the cards that ship, to copy from; made once, also where several processes share the tests."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "knowledge-index"
    with (shared / "knowledge-index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build_index(shipped_holdings(), embedder, folder)
    return folder


@pytest.fixture(scope="session")
def library(embedder: Embedder, built_index: Path) -> Iterator[Library]:
    """The search over the cards that ship, opened once: nothing is ever written to it."""
    with open_library(shipped_holdings(), embedder, built_index) as opened:
        yield opened


@pytest.fixture(scope="session")
def coach_in(embedder: Embedder, scenarios: Scenarios, built_index: Path) -> Callable[[Path], AbstractContextManager[Coach]]:
    """Gives a whole coach on the embedded engine in a home folder, with records of its own and the cards indexed."""
    cards = shipped_holdings().cards

    @contextmanager
    def coach(home: Path) -> Iterator[Coach]:
        wired = Coach(Settings(home=home, engine=Engine.EMBEDDED))
        shutil.copytree(built_index, wired.settings.index_folder)
        # What never changes and takes its time to read, once.
        wired.embedder, wired.scenarios, wired.cards = embedder, scenarios, cards
        yield wired
        if "records" in vars(wired):
            wired.records.close()

    return coach


@pytest.fixture
def coach(home: Path, coach_in: Callable[[Path], AbstractContextManager[Coach]]) -> Iterator[Coach]:
    """A whole coach, to this test alone."""
    with coach_in(home) as wired:
        yield wired


@pytest.fixture
def by_model_at(coach: Coach) -> Iterator[Callable[..., Coach]]:
    """Gives a whole coach whose engine is the model behind an endpoint, by its address; keywords change settings."""
    made: list[Coach] = []

    def make(url: str, **changes: object) -> Coach:
        settings: dict[str, object] = {
            "engine": Engine.MODEL, "openai_base_url": url, "openai_api_key": SecretStr("k"), "model": "small",
            "model_retries": 0}
        wired = Coach(coach.settings.model_copy(update=settings | changes))
        wired.embedder, wired.scenarios, wired.cards, wired.live = coach.embedder, coach.scenarios, coach.cards, coach.live
        made.append(wired)
        return wired

    yield make
    for wired in made:
        if "records" in vars(wired):
            wired.records.close()
