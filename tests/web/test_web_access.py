"""Who may reach the page: this machine, and no other, by no other name."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import gradio as gr
import pytest
from fastapi.testclient import TestClient

from coach.errors import NotFoundError, SetupError
from coach.meeting import LOCAL_TRAINEE
from coach.web.access import check_host, is_loopback, trainee_of
from coach.web.page import Page
from coach.web.server import create_app
from coach.wiring import Coach


@dataclass
class _Peer:
    host: str


@dataclass
class _Request:
    client: _Peer | None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_is_the_trainee(host: str) -> None:
    assert is_loopback(host)
    check_host(host)
    assert trainee_of(_Request(_Peer(host if host != "localhost" else "127.0.0.1"))) == LOCAL_TRAINEE


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "::", ""])  # noqa: S104 - these are to be refused
def test_others_are_refused(host: str) -> None:
    with pytest.raises(SetupError, match="COACH_HOST"):
        check_host(host)
    with pytest.raises(NotFoundError):
        trainee_of(_Request(_Peer(host)))
    with pytest.raises(NotFoundError):
        trainee_of(_Request(None))


@pytest.fixture(scope="module")
def coach(
        coach_in: Callable[[Path], AbstractContextManager[Coach]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    """One for all of these tests: a page takes seconds to build, and nothing here leaves a trace that another would mind."""
    with coach_in(tmp_path_factory.mktemp("access") / "home") as wired:
        yield wired


@pytest.fixture(scope="module")
def client(coach: Coach) -> Iterator[TestClient]:
    with TestClient(create_app(coach), base_url="http://127.0.0.1:7860", client=("127.0.0.1", 5000)) as made:
        yield made


def test_another_name_for_this_host_is_refused(client: TestClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/upload", "/gradio_api/upload_progress?upload_id=1"])
@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", ""])
def test_files_are_taken_from_the_page_alone(client: TestClient, path: str, origin: str) -> None:
    sent = client.post(path, files={"files": ("a.txt", b"hello")}, headers={"Origin": origin} if origin else {})
    assert sent.status_code == 403


def test_another_page_may_not_watch_an_upload(client: TestClient) -> None:
    asked = client.get("/gradio_api/upload_progress?upload_id=1", headers={"Sec-Fetch-Site": "cross-site"})
    assert asked.status_code == 403


def test_a_file_that_was_not_uploaded_is_not_read(coach: Coach, client: TestClient, tmp_path: Path) -> None:
    """A request may name no file of the server's own."""
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nThe door code is on this page and nowhere else.\n")
    config = client.get("/config").json()
    handler = next(one["id"] for one in config["dependencies"] if any(event == "upload" for _, event in one["targets"]))
    sent = {"data": [{"path": str(secret), "meta": {"_type": "gradio.FileData"}}], "fn_index": handler, "session_hash": "x",
            "trigger_id": None}
    client.post("/gradio_api/queue/join", json=sent)
    answer = client.get("/gradio_api/queue/data?session_hash=x").text
    assert "process_completed" in answer
    assert coach.shelf.documents() == ()


def test_a_file_from_the_page_is_taken(client: TestClient) -> None:
    sent = client.post("/gradio_api/upload", files={"files": ("a.txt", b"hello")}, headers={"Origin": str(client.base_url)})
    assert sent.status_code == 200


def test_probes(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"records": "ok", "index": "ok", "engine": "embedded"}


def test_exports_are_the_owner_s(coach: Coach, client: TestClient) -> None:
    mine = coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 1)
    theirs = coach.practice.begin("acquisition-news", "somebody-else", 1)
    assert client.get(f"/export/{mine.id}.json").json()["id"] == mine.id
    assert client.get(f"/export/{mine.id}.md").headers["content-type"].startswith("text/markdown")
    assert client.get(f"/export/{theirs.id}.json").status_code == 404
    assert client.get(f"/export/{mine.id}.exe").status_code == 404
    assert client.get("/export/..%2f..%2fetc%2fpasswd").status_code == 404


def test_a_request_from_elsewhere_sees_nothing(coach: Coach) -> None:
    mine = coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 1)
    with TestClient(create_app(coach), base_url="http://127.0.0.1:7860", client=("10.0.0.9", 5000)) as far:
        assert far.get(f"/export/{mine.id}.json").status_code == 404


def test_every_handler_is_private_and_asks_who_is_there(coach: Coach) -> None:
    """Each handler of the page is an endpoint of its own: none is named in the API, and none answers a stranger."""
    page = Page(coach)
    blocks = page.build()
    handlers = [fn for fn in blocks.fns.values() if fn.fn is not None]
    assert len(handlers) >= 8
    assert all(fn.api_visibility == "private" for fn in blocks.fns.values())
    mine = coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 1)
    stranger = _stranger()
    before, many = coach.records.get(mine.id), len(coach.practice.meetings(LOCAL_TRAINEE))
    for answer in (page.show_home(stranger), page.show_meetings(stranger), page.start("acquisition-news", 1, "hard", stranger),
                   page.finish(mine.id, stranger), page.prepare_again(mine.id, stranger),
                   page.show_briefing("acquisition-news", stranger), page.show_other("acquisition-news", 1, stranger),
                   page.go_back(mine.id, 1, stranger), page.arrive(stranger),
                   _said(page, mine.id, stranger)):
        assert "There is nothing here." in "".join(str(value) for value in answer.values())
        assert mine.exchanges[0].line not in str(answer)
    assert coach.records.get(mine.id) == before
    assert len(coach.practice.meetings(LOCAL_TRAINEE)) == many


def test_a_meeting_of_a_scenario_that_is_gone_still_stands_in_the_list(coach: Coach) -> None:
    here = coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 1)
    coach.records.begin(replace(here, id="0123456789ab", scenario_id="gone"))
    page = Page(coach)
    page.build()
    shown = str(page.show_meetings(_stranger("127.0.0.1"))[page.list_html])
    assert "0123456789ab" in shown
    assert here.id in shown


def _said(page: Page, meeting_id: str, request: gr.Request) -> dict[object, object]:
    async def last() -> dict[object, object]:
        *_, answer = [step async for step in page.desk.reply(meeting_id, 1, "How are you?", request)]
        return answer

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, last()).result()


@dataclass
class _Stranger(_Request):
    session_hash = "a tab"
    query_params: dict[str, str] | None = None


def _stranger(host: str = "10.0.0.9") -> gr.Request:
    # As much of a request as handlers look at.
    return cast(gr.Request, _Stranger(_Peer(host), {"meeting": "x"}))

