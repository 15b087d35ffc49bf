"""Search: what is found, what is filtered, what is honestly not found, and that nothing touches the network."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest

from coach.errors import NotFoundError, SetupError
from coach.knowledge import ANSWERED_FROM, Card, Library, build_index, load_cards, open_library
from coach.knowledge import search as search_module
from coach.language.embeddings import LexicalEmbedder
from coach.language.minilm import MiniLM
from coach.settings import data_folder

CardMaker = Callable[..., Card]
QUERIES = [json.loads(line) for line in Path(__file__).with_name("queries.jsonl").read_text("utf-8").splitlines()]
ON_TOPIC = [query for query in QUERIES if query["cards"]]
OFF_TOPIC = [query for query in QUERIES if not query["cards"]]


@pytest.fixture(scope="module")
def shipped(minilm: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The real cards under the real embedder."""
    folder = tmp_path_factory.mktemp("index")
    cards = load_cards(data_folder("knowledge"))
    build_index(cards, minilm, folder)
    with open_library(cards, minilm, folder) as library:
        yield library


@pytest.fixture(scope="module")
def library(write_card_to: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("small")
    for card_id, about, framework, author, behaviours in (
            ("ask", "questions about a late delivery", "Gears", "Lisa Petrilli", "open_question"),
            ("pause", "silence and a late answer", "Gears", "A. Writer", "pitch, owns_mistake"),
            ("sorry", "apologies after a late delivery", "Fierce", "A. Writer", "owns_mistake, non_apology")):
        write_card_to(folder / "cards", card_id, about, framework=framework, author=author, behaviours=behaviours)
    cards = load_cards(folder / "cards")
    build_index(cards, LexicalEmbedder(), folder / "index")
    with open_library(cards, LexicalEmbedder(), folder / "index") as opened:
        yield opened


def ids(library: Library, query: str, **kwargs: object) -> list[str]:
    return [hit.citation.card_id for hit in library.search(query, **kwargs)]  # type: ignore[arg-type]


def test_a_hit_cites_its_passage_verbatim(library: Library) -> None:
    hit = library.search("What are apologies after a late delivery?")[0]
    assert hit.citation.card_id == "sorry"
    assert hit.citation.text in {section.text for section in library.card("sorry").sections}
    assert hit.citation == library.citation(hit.citation.chunk_id)
    assert 0 < hit.score <= 2 / 61
    assert hit.cosine >= ANSWERED_FROM["lexical-1"]
    assert hit.bm25_rank == 1


def test_hits_come_best_first_one_a_card(library: Library) -> None:
    hits = library.search("late delivery")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert sorted(hit.citation.card_id for hit in hits) == ["ask", "pause", "sorry"]
    assert len(library.search("late delivery", limit=2)) == 2
    assert library.search("late delivery", limit=0) == ()
    assert len(library.search("late delivery", limit=9, per_card=3)) == 9


def test_filters_hold_alone_and_together(library: Library) -> None:
    query = "late delivery"
    assert ids(library, query, behaviours=["non_apology"]) == ["sorry"]
    assert set(ids(library, query, behaviours=["non_apology", "pitch"])) == {"sorry", "pause"}
    assert set(ids(library, query, frameworks=["Gears"])) == {"pause", "ask"}
    assert ids(library, query, frameworks=["Gears", "Fierce"], behaviours=["open_question", "jargon"]) == ["ask"]
    assert ids(library, query, frameworks=["Fierce"], behaviours=["pitch"]) == []
    assert ids(library, query, frameworks=["Nowhere"]) == []


def test_meaning_and_words_are_filtered_alike(shipped: Library) -> None:
    behaviours = sorted({behaviour for card in shipped.cards for behaviour in card.behaviours})
    for pair in list(combinations(behaviours, 2))[::40]:
        for hit in shipped.search("What do I say to a client?", limit=50, behaviours=pair):
            assert set(pair) & set(shipped.card(hit.citation.card_id).behaviours)


def test_a_name_that_is_in_no_passage_is_found_by_words(library: Library) -> None:
    hit = library.search("Lisa Petrilli on a late delivery")[0]
    assert hit.citation.card_id == "ask"
    assert "Petrilli" not in hit.citation.text
    assert hit.bm25_rank is not None


def test_what_only_words_find_gets_its_cosine_too(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = library.search("late delivery", limit=9, per_card=5)
    monkeypatch.setattr(search_module, "_WIDTH", 2)
    narrow = {hit.citation.chunk_id: hit for hit in library.search("late delivery", limit=9, per_card=5)}
    both = [hit for hit in whole if hit.citation.chunk_id in narrow]
    assert len(both) > 2
    for hit in both:
        assert narrow[hit.citation.chunk_id].cosine == pytest.approx(hit.cosine, abs=1e-5)


@pytest.mark.parametrize("query", ["", "  \n", "photosynthesis", "?!", "👋", "\ud800", "x" * 20_000])
def test_no_answer_is_no_hit(library: Library, query: str) -> None:
    assert library.search(query) == ()


def test_unknown_ids_are_not_found(library: Library) -> None:
    with pytest.raises(NotFoundError, match=r"no knowledge card 'nope'\. There are: ask, pause, sorry"):
        library.card("nope")
    with pytest.raises(NotFoundError, match="no passage 'sorry#nope'"):
        library.citation("sorry#nope")


def test_without_an_index_it_says_what_to_run(make_card: CardMaker, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"no current search index in .*none.* Run `coach knowledge index`"):
        open_library((make_card("a"),), LexicalEmbedder(), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_many_threads_find_what_one_finds(shipped: Library) -> None:
    queries = [query["query"] for query in ON_TOPIC[:6]]
    alone = [shipped.search(query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shipped.search, queries * 4)) == alone * 4


def test_many_threads_can_open_it_at_once(make_card: CardMaker, tmp_path: Path) -> None:
    cards, folder = (make_card("sorry", about="apologies"),), tmp_path / "index"
    build_index(cards, LexicalEmbedder(), folder)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_library(cards, LexicalEmbedder(), folder), range(8)))
    assert all(library.search("apologies") for library in opened)
    opened[0].close()
    assert opened[1].search("apologies")
    for library in opened[1:]:
        library.close()


def test_nothing_touches_the_network(
        make_card: CardMaker, minilm: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def refuse(*args: object, **_: object) -> None:
        tried.append(args)
        raise OSError("the network is blocked")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    cards = (make_card("sorry", about="apologies"),)
    build_index(cards, minilm, tmp_path / "index")
    with open_library(cards, minilm, tmp_path / "index") as library:
        assert library.search("How do I make an apology?")
    assert tried == []


@pytest.mark.parametrize("held_out", [False, True])
def test_questions_on_listening_are_answered_and_others_refused(shipped: Library, held_out: bool) -> None:
    on_topic = [query for query in ON_TOPIC if query["held_out"] is held_out]
    off_topic = [query for query in OFF_TOPIC if query["held_out"] is held_out]
    answers = [{hit.citation.card_id for hit in shipped.search(query["query"])} for query in on_topic]
    refused = [query for query in off_topic if not shipped.search(query["query"])]
    right = [answer for answer, query in zip(answers, on_topic, strict=True) if answer & set(query["cards"])]
    # Measured when written: 98 and 100 per cent answered, 92 and 93 per cent refused, 90 per cent right among five.
    assert sum(map(bool, answers)) >= 0.9 * len(on_topic)
    assert len(refused) >= 0.85 * len(off_topic)
    assert len(right) >= 0.8 * len(on_topic)
    assert {card for query in QUERIES for card in query["cards"]} <= {card.id for card in shipped.cards}
