"""The index: only changes are embedded, and whatever goes wrong, an index that was whole goes on serving."""

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from coach.errors import SetupError
from coach.knowledge import Card, Filters, Holdings, Shelf, build_index, chunk_cards, is_current, open_library
from coach.knowledge import holdings as holdings_module
from coach.knowledge import index as index_module
from coach.knowledge.chunks import Entry
from coach.knowledge.store import Kind, Store
from coach.knowledge.versions import building, read_pointer
from coach.language.embeddings import Embedder, LexicalEmbedder, Vectors

CardMaker = Callable[..., Card]


class CountingEmbedder(LexicalEmbedder):
    """Keeps what it was asked to embed; fails at the text number `fails_at`."""

    def __init__(self, name: str = "lexical-1", fails_at: int | None = None) -> None:
        self.name = name
        self.fails_at = fails_at
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        if self.fails_at is not None and len(self.asked) >= self.fails_at:
            raise RuntimeError("the embedder broke down")
        return super().embed(texts)


@pytest.fixture
def cards(make_card: CardMaker) -> tuple[Card, ...]:
    return tuple(make_card(name, about=about) for name, about in (
        ("a", "apologies"), ("b", "silence and waiting"), ("c", "questions"), ("d", "golf and weather")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "index"


def found(cards: tuple[Card, ...], folder: Path, query: str = "golf and weather") -> list[str]:
    with open_library(Holdings(cards), LexicalEmbedder(), folder) as library:
        return [hit.citation.card_id for hit in library.search(query)]


def versions(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("v-*")}


def test_a_first_build_embeds_all_and_a_second_nothing(cards: tuple[Card, ...], folder: Path) -> None:
    embedder = CountingEmbedder()
    steps: list[tuple[int, int]] = []
    assert not is_current(Holdings(cards), embedder, folder)
    report = build_index(Holdings(cards), embedder, folder, lambda done, total: steps.append((done, total)))
    assert (report.added, report.kept, report.removed, report.rebuilt) == (20, 0, 0, "")
    assert report.seconds > 0
    assert steps == [(0, 20), (16, 20), (20, 20)]
    assert is_current(Holdings(cards), embedder, folder)
    assert found(cards, folder)[0] == "d"
    embedder.asked.clear()
    again = build_index(Holdings(cards), embedder, folder)
    assert (again.added, again.kept, again.removed) == (0, 20, 0)
    assert embedder.asked == []


def test_only_what_changed_is_embedded_again(cards: tuple[Card, ...], folder: Path, make_card: CardMaker) -> None:
    embedder = CountingEmbedder()
    build_index(Holdings(cards), embedder, folder)
    embedder.asked.clear()
    changed = (make_card("a", about="apologies", sections={"Example": "A new one."}), *cards[1:3], make_card("e"))
    assert not is_current(Holdings(changed), embedder, folder)
    report = build_index(Holdings(changed), embedder, folder)
    assert (report.added, report.kept, report.removed) == (6, 14, 5)
    assert len(embedder.asked) == 6
    assert any("A new one." in text for text in embedder.asked)
    assert "d" not in found(changed, folder)


def test_vectors_that_were_kept_are_the_same(cards: tuple[Card, ...], folder: Path) -> None:
    build_index(Holdings(cards[:3]), LexicalEmbedder(), folder)
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    pointer = read_pointer(folder)
    assert pointer is not None
    store = Store.open(folder, pointer)
    chunks = chunk_cards(cards)
    vectors = store.vectors(Kind.PASSAGE, [chunk.id for chunk in chunks])
    store.close()
    assert len(vectors) == 20
    for chunk in chunks:
        vector = vectors[Entry(chunk.id, chunk.embedded, chunk).content]
        np.testing.assert_allclose(vector, LexicalEmbedder().embed([chunk.embedded])[0], atol=1e-6)


def test_new_metadata_alone_costs_no_embedding(cards: tuple[Card, ...], folder: Path) -> None:
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    changed = tuple(card.model_copy(update={"behaviours": ()}) for card in cards)
    embedder = CountingEmbedder()
    report = build_index(Holdings(changed), embedder, folder)
    assert (report.added, report.kept) == (20, 0)
    assert embedder.asked == []
    with open_library(Holdings(changed), LexicalEmbedder(), folder) as library:
        assert library.search("golf and weather")
        assert library.search("golf and weather", filters=Filters(behaviours=("pitch",))) == ()


def test_a_breakdown_in_the_middle_leaves_the_old_index_serving(cards: tuple[Card, ...], folder: Path) -> None:
    build_index(Holdings(cards[2:]), LexicalEmbedder(), folder)
    before = versions(folder)
    with pytest.raises(RuntimeError, match="broke down"):
        build_index(Holdings(cards), CountingEmbedder(fails_at=5), folder)
    assert versions(folder) == before
    assert found(cards[2:], folder)[0] == "d"
    assert build_index(Holdings(cards), LexicalEmbedder(), folder).kept == 10


def test_a_breakdown_while_writing_leaves_the_old_index_serving(
        cards: tuple[Card, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index(Holdings(cards[2:]), LexicalEmbedder(), folder)
    before = versions(folder)

    def full(*_: object) -> None:
        raise SetupError("the disk is full")

    monkeypatch.setattr(Store, "put", full)
    with pytest.raises(SetupError, match="disk is full"):
        build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert versions(folder) == before
    assert found(cards[2:], folder)[0] == "d"


# Builds an index and stops at the worst moment: the new version is whole, and the pointer still on the old one.
KILLED = """
import sys, time
from pathlib import Path
from coach.knowledge import Holdings, build_index, index, load_cards
from coach.language.embeddings import LexicalEmbedder

def wait(*_):
    print("ready", flush=True)
    time.sleep(60)

index.switch_to = wait
build_index(Holdings(load_cards(Path(sys.argv[1]))), LexicalEmbedder(), Path(sys.argv[2]))
"""


def test_a_killed_process_leaves_the_old_index_serving_and_no_lock(
        cards: tuple[Card, ...], folder: Path, tmp_path: Path) -> None:
    build_index(Holdings(cards[2:]), LexicalEmbedder(), folder)
    before = versions(folder)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "cards"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(SetupError, match=f"is being built by process {process.pid}, which began at .* Wait until"):
            build_index(Holdings(cards), LexicalEmbedder(), folder)
        assert found(cards[2:], folder)[0] == "d"
        process.send_signal(signal.SIGKILL)
    assert len(versions(folder)) == 2
    assert found(cards[2:], folder)[0] == "d"
    assert not is_current(Holdings(cards), LexicalEmbedder(), folder)
    report = build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert (report.added, report.kept, report.rebuilt) == (10, 10, "")
    assert len(versions(folder)) == 2
    assert before < versions(folder)
    assert found(cards, folder)[0] == "d"


@pytest.mark.parametrize("damage", ["garbage", "gone", "other", "pointer", "torn", "empty", "older"])
def test_a_damaged_index_is_built_anew(cards: tuple[Card, ...], folder: Path, damage: str) -> None:
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    pointer = read_pointer(folder)
    assert pointer is not None
    database = folder / pointer.version / "chroma.sqlite3"
    match damage:
        case "garbage":
            database.write_bytes(b"garbage" * 10_000)
        case "gone":
            database.unlink()
        case "other":
            # A sound database that is not the one the pointer speaks of.
            (folder / "current.json").write_text(json.dumps({
                "version": pointer.version, "corpus": pointer.corpus, "embedder": pointer.embedder, "passages": 19,
                "asks": 0}))
        case "torn":
            recogniser = folder / pointer.version / "recogniser.npz"
            recogniser.write_bytes(recogniser.read_bytes()[:100])
        case "empty":
            next((folder / pointer.version / "words").glob("*.npy")).write_bytes(b"")
        case "older":
            (folder / "current.json").write_text(json.dumps({"version": pointer.version, "chunks": 20}))
        case "pointer":
            (folder / "current.json").write_bytes(b"\x00\xff")
    if damage not in ("other", "torn", "empty"):  # which are sound as far as SQLite can tell
        assert not is_current(Holdings(cards), LexicalEmbedder(), folder)
    for _ in range(2):  # what Chroma failed to open once, it fails to open in another way the second time
        with pytest.raises(SetupError, match="Run `coach knowledge index`"):
            open_library(Holdings(cards), LexicalEmbedder(), folder)
    report = build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert report.rebuilt.startswith("The old index was damaged and has been replaced: ")
    assert "Run `coach" not in report.rebuilt
    assert (report.added, report.kept) == (20, 0)
    assert len(versions(folder)) == 1
    assert found(cards, folder)[0] == "d"
    assert build_index(Holdings(cards), LexicalEmbedder(), folder).rebuilt == ""


def test_the_index_of_another_embedder_is_built_anew(cards: tuple[Card, ...], folder: Path) -> None:
    build_index(Holdings(cards), CountingEmbedder("other-2"), folder)
    assert not is_current(Holdings(cards), LexicalEmbedder(), folder)
    with pytest.raises(SetupError, match=r"no current search index .* Run `coach knowledge index`"):
        open_library(Holdings(cards), LexicalEmbedder(), folder)
    report = build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert (report.added, report.kept, report.removed) == (20, 0, 0)
    assert report.rebuilt == "The old index was made by another embedder, other-2."
    assert found(cards, folder)[0] == "d"


def test_an_open_library_outlives_a_new_index(cards: tuple[Card, ...], folder: Path) -> None:
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    with open_library(Holdings(cards), LexicalEmbedder(), folder) as library:
        build_index(Holdings(cards[:3]), LexicalEmbedder(), folder)
        assert library.search("golf and weather")[0].citation.card_id == "d"
    assert found(cards[:3], folder, "apologies")[0] == "a"


def test_the_index_does_not_grow_with_every_change(cards: tuple[Card, ...], folder: Path) -> None:
    def size() -> int:
        return sum(path.stat().st_size for version in folder.glob("v-*") for path in version.rglob("*") if path.is_file())

    build_index(Holdings(cards), LexicalEmbedder(), folder)
    build_index(Holdings(cards[:2]), LexicalEmbedder(), folder)
    before = size()
    embedder = CountingEmbedder()
    for _ in range(6):
        build_index(Holdings(cards), embedder, folder)
        assert found(cards, folder)[0] == "d"
        build_index(Holdings(cards[:2]), embedder, folder)
    pointer = read_pointer(folder)
    assert pointer is not None
    assert pointer.dead <= 10
    assert size() <= 1.5 * before


def test_an_index_of_another_layout_is_built_anew(
        cards: tuple[Card, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    monkeypatch.setattr(index_module, "LAYOUT", 99)
    monkeypatch.setattr(holdings_module, "LAYOUT", 99)
    report = build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert (report.added, report.kept) == (20, 0)
    assert report.rebuilt == "The old index was made by another version of coach."


def test_a_build_waits_for_another(cards: tuple[Card, ...], folder: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        with building(folder):
            waiting = pool.submit(build_index, Holdings(cards), LexicalEmbedder(), folder, wait_seconds=20)
            time.sleep(0.3)
            assert not waiting.done()
        assert waiting.result().added == 20


def test_documents_alone_can_be_searched(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    path = tmp_path / "rules.md"
    path.write_text("# Taxis\n\nA taxi is paid up to forty euros.\n")
    holdings = Holdings((), (Shelf(tmp_path / "library").add(path, by="ada"),))
    build_index(holdings, embedder, folder)
    with open_library(holdings, embedder, folder) as library:
        assert library.search("Is a taxi paid for?")


def test_only_two_versions_are_kept(cards: tuple[Card, ...], folder: Path) -> None:
    for count in (1, 2, 3):
        build_index(Holdings(cards[:count]), LexicalEmbedder(), folder)
        assert len(versions(folder)) == min(count, 2)


def test_no_cards_and_no_writable_folder_need_setup(cards: tuple[Card, ...], tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no knowledge cards"):
        build_index(Holdings(()), LexicalEmbedder(), tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SetupError, match=r"can not be written to .* Set COACH_HOME"):
        build_index(Holdings(cards), LexicalEmbedder(), tmp_path / "file" / "index")


def test_a_lock_without_a_name_still_says_what_to_do(cards: tuple[Card, ...], folder: Path) -> None:
    folder.mkdir(parents=True)
    with (folder / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SetupError, match="is being built by another process"):
            build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert build_index(Holdings(cards), LexicalEmbedder(), folder).added == 20


# Prints whether Chroma was imported by importing the room, and by asking whether the index is current.
QUICK = """
import sys
from pathlib import Path
from coach.knowledge import Holdings, is_current, load_cards
from coach.language.embeddings import LexicalEmbedder
print(is_current(Holdings(load_cards(Path(sys.argv[1]))), LexicalEmbedder(), Path(sys.argv[2])), "chromadb" in sys.modules)
"""


def test_a_second_start_does_without_chroma(cards: tuple[Card, ...], folder: Path, tmp_path: Path) -> None:
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    command = [sys.executable, "-c", QUICK, str(tmp_path / "cards"), str(folder)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "True False\n"


def test_the_surroundings_do_not_sway_chroma(
        cards: tuple[Card, ...], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nPERSIST_DIRECTORY=/nowhere\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")
    monkeypatch.setenv("IS_PERSISTENT", "FALSE")
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    assert found(cards, folder)[0] == "d"
    assert {path.name for path in tmp_path.iterdir()} == {".env", "cards", "home"}
