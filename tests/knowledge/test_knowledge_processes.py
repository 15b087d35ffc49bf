"""Several processes at one index: killed in the middle, or changing it under one another's feet; nobody gets a stale answer."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.errors import SetupError
from coach.knowledge import Holdings, LiveLibrary, Shelf, build_index, is_current, load_cards, open_library
from coach.language.embeddings import LexicalEmbedder
from coach.settings import data_folder

CARDS = load_cards(data_folder("knowledge"))
QUERY = "how do I apologise"
# Builds the index of all cards, slowed down a little so that there is a middle to be killed in.
BUILD = """
import sys, time
from pathlib import Path
from coach.knowledge import Holdings, build_index, load_cards
from coach.language.embeddings import LexicalEmbedder
from coach.settings import data_folder

class Slow(LexicalEmbedder):
    def embed(self, texts):
        time.sleep(0.004)
        return super().embed(texts)

print("go", flush=True)
build_index(Holdings(load_cards(data_folder("knowledge"))), Slow(), Path(sys.argv[1]))
print("done", flush=True)
"""


def first(holdings: Holdings, folder: Path) -> str:
    with open_library(holdings, LexicalEmbedder(), folder) as library:
        return library.search(QUERY)[0].citation.card_id


@pytest.mark.slow
def test_killed_at_ten_moments_the_old_index_answers_and_the_next_build_completes(tmp_path: Path) -> None:
    old, new = Holdings(CARDS[-20:]), Holdings(CARDS)
    drawn, killed = random.Random(7), 0
    build_index(old, LexicalEmbedder(), tmp_path)
    answer = first(old, tmp_path)
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "go\n"
            time.sleep(drawn.uniform(0.0, 1.5))
            process.send_signal(signal.SIGKILL)
            killed += process.stdout.read() != "done\n"
        if is_current(new, LexicalEmbedder(), tmp_path):
            # It was quicker than the kill: back to the old one, and once more.
            build_index(old, LexicalEmbedder(), tmp_path)
        assert first(old, tmp_path) == answer
    assert killed >= 5
    assert build_index(new, LexicalEmbedder(), tmp_path).rebuilt == ""
    assert first(new, tmp_path)
    assert len(list(tmp_path.glob("v-*"))) == 2


# Takes a document into the library, as the command line would beside a page that is open.
ADD = """
import sys
from pathlib import Path
from coach.knowledge import Shelf, build_index, load_cards
from coach.language.embeddings import LexicalEmbedder
from coach.settings import data_folder

shelf = Shelf(Path(sys.argv[1]))
print(shelf.add(Path(sys.argv[2]), by="ada").id)
build_index(shelf.holdings(load_cards(data_folder("knowledge"))), LexicalEmbedder(), Path(sys.argv[3]))
"""


def test_what_another_process_adds_is_found_with_the_next_question(tmp_path: Path) -> None:
    shelf, index = Shelf(tmp_path / "library"), tmp_path / "index"
    build_index(shelf.holdings(CARDS), LexicalEmbedder(), index)
    live = LiveLibrary(lambda: shelf.holdings(CARDS), LexicalEmbedder(), index)
    before = live.now()
    query = "zebra crossing commission rules"
    assert before is live.now()
    assert "rules" not in {hit.citation.title for hit in before.search(query)}
    path = tmp_path / "rules.md"
    path.write_text("# Zebra crossing\n\nThe zebra crossing commission rules are four per cent.\n")
    added = subprocess.run([sys.executable, "-c", ADD, str(shelf.folder), str(path), str(index)], check=True,
                           capture_output=True, text=True).stdout.strip()
    after = live.now()
    assert after is not before
    assert after.search(query)[0].citation.card_id == added
    assert before.search(QUERY)  # who is in the middle of a search still gets an answer
    # Taken out elsewhere, and not indexed yet: what was whole last goes on answering.
    shelf.remove(added)
    assert live.now() is after
    build_index(shelf.holdings(CARDS), LexicalEmbedder(), index)
    assert added not in {hit.citation.card_id for hit in live.now().search(query)}


def test_an_index_that_does_not_fit_yet_leaves_the_last_answers(tmp_path: Path) -> None:
    held = [Holdings(CARDS[-20:])]
    live = LiveLibrary(lambda: held[0], LexicalEmbedder(), tmp_path)
    with pytest.raises(SetupError, match="no current search index"):
        live.now()
    build_index(held[0], LexicalEmbedder(), tmp_path)
    serving = live.now()
    build_index(Holdings(CARDS), LexicalEmbedder(), tmp_path)
    assert live.now() is serving
    held[0] = Holdings(CARDS)
    assert live.now() is not serving
