"""A real server in a process of its own, and a real Chromium that drives its page."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from coach.settings import Settings

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Root in a container has no sandbox; the rest keeps Chromium from talking to anyone but the page.
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")
_START_SECONDS = 60
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs them all: one browser, and no fight over two cores."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright; brings no browser of its own."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium. Where there is none the tests are skipped, and with CI=true they fail."""
    path = next((found for name in _CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        told = "No Chromium found. Install it, for example: sudo apt-get install chromium"
        pytest.fail(told) if os.environ.get("CI") == "true" else pytest.skip(told)
    browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
    yield browser
    browser.close()


@dataclass
class Server:
    """`coach serve` in a process of its own."""

    home: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "OPENAI_"))}
        settings = {"COACH_HOME": str(self.home), "COACH_PORT": str(self.port), "COACH_SEED": "3", "COACH_TYPING_PACE": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coach", "serve"], env=clean | settings | self.more, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    pytest.fail(f"coach serve stopped: {self.process.communicate()[0]}")
                time.sleep(0.1)
        pytest.fail("coach serve was not ready in time")

    def kill(self) -> None:
        """As a power cut would: no chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def indexed_home(tmp_path_factory: pytest.TempPathFactory, built_index: Path) -> Path:
    """A home folder with the index built."""
    home = tmp_path_factory.mktemp("indexed")
    shutil.copytree(built_index, Settings(home=home).index_folder)
    return home


@pytest.fixture(scope="session")
def server(indexed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that leave it as they found it; each begins meetings of its own."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(indexed_home, home)
    one = Server(home, free_port())
    one.start()
    yield one
    one.stop()


@pytest.fixture
def own_server(indexed_home: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers that a test may kill or starve."""
    made: list[Server] = []

    def make(**more: str) -> Server:
        home = tmp_path / f"home{len(made)}"
        shutil.copytree(indexed_home, home)
        one = Server(home, free_port(), more)
        made.append(one)
        one.start()
        return one

    yield make
    for one in made:
        one.stop()


# The chat, the panel and the trust so far are brought up to date one after the other; all three must have come to reply n.
_ANSWERED = """n => {
  const cards = document.querySelectorAll("#chat details.mine");
  const trust = document.querySelector("#sofar svg")?.getAttribute("aria-label").split(", ") ?? [];
  const said = (within) => within?.querySelector(".said")?.textContent;
  const panel = document.querySelector("#panel");
  return cards.length === n && trust.length === n + 1 && said(panel) !== undefined && said(panel) === said(cards[n - 1]);
}"""


@dataclass
class Trainee:
    """Somebody at the page, doing what a person would do there."""

    page: Page
    url: str
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def arrive(self, where: str = "/") -> None:
        self.page.goto(self.url + where)

    def begin(self) -> None:
        self.arrive()
        self.page.get_by_role("button", name="Prepare").first.click()
        self.page.get_by_role("button", name="Begin the meeting").click()
        self.page.wait_for_selector("#chat .bot-row")

    @property
    def replies(self) -> int:
        return self.page.locator("#chat details.mine").count()

    def say(self, text: str) -> None:
        """Send a reply and wait for what it did."""
        before = self.replies
        self.page.fill("#reply textarea", text)
        self.page.press("#reply textarea", "Enter")
        self.page.wait_for_function(_ANSWERED, arg=before + 1)

    def meter(self, name: str) -> int:
        value = self.page.locator(f"#panel [role=meter][aria-label={name}]").get_attribute("aria-valuenow")
        assert value is not None
        return int(value)

    @property
    def trust(self) -> list[int]:
        label = self.page.locator("#sofar svg").get_attribute("aria-label") or ""
        return [int(part) for part in label.partition(": ")[2].split(", ")]

    @property
    def seen(self) -> str:
        return self.page.locator("#panel .seen").inner_text()

    @property
    def lines(self) -> list[str]:
        """What the customer said, in order."""
        return self.page.locator("#chat .bot-row .message-content").all_inner_texts()

    @property
    def notice(self) -> str:
        return self.page.locator("#notice [role]").inner_text()


@pytest.fixture
def trainee_at(chromium: Browser) -> Iterator[Callable[..., Trainee]]:
    """Somebody at a server's page, in a fresh profile. What the page asks of other hosts, and its errors, fail the test."""
    contexts: list[BrowserContext] = []
    made: list[Trainee] = []

    def open_page(server: Server, context: BrowserContext | None = None, **options: Any) -> Trainee:
        if context is None:
            context = chromium.new_context(**({"viewport": DESKTOP} | options))
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        one = Trainee(page, server.url)
        page.on("request", lambda request: one.elsewhere.append(request.url) if not request.url.startswith(
            (server.url, "data:", "blob:")) else None)
        page.on("pageerror", lambda error: one.errors.append(str(error)))
        made.append(one)
        return one

    yield open_page
    for context in contexts:
        context.close()
    for one in made:
        assert one.elsewhere == []
        assert one.errors == []
