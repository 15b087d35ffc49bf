"""Search: what is found, what is filtered, what is honestly not found, and that nothing touches the network."""

import shutil
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest

from coach.errors import NotFoundError, SetupError
from coach.evals.retrieval import load_queries, measures_of, retrieval
from coach.knowledge import Card, Filters, Holdings, Library, Shelf, build_index, load_cards, load_elsewhere, open_library
from coach.knowledge import search as search_module
from coach.knowledge.store import Kind
from coach.language.embeddings import LexicalEmbedder
from coach.language.minilm import MiniLM
from coach.settings import data_folder

CardMaker = Callable[..., Card]


@pytest.fixture(scope="module")
def shipped(minilm: MiniLM, built_index: Path) -> Iterator[Library]:
    """The real cards under the real embedder."""
    folder = data_folder("knowledge")
    with open_library(Holdings(load_cards(folder), elsewhere=load_elsewhere(folder)), minilm, built_index) as library:
        yield library


@pytest.fixture(scope="module")
def library(write_card_to: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("small")
    for card_id, about, framework, author, behaviours, scenarios in (
            ("ask", "questions about a late delivery", "Gears", "Lisa Petrilli", "open_question", "lost-order"),
            ("pause", "silence and a late answer", "Gears", "A. Writer", "pitch, owns_mistake", ""),
            ("sorry", "apologies after a late delivery", "Fierce", "A. Writer", "owns_mistake, non_apology", "war-room")):
        write_card_to(folder / "cards", card_id, about, framework=framework, author=author, behaviours=behaviours,
                      scenarios=scenarios)
    cards = load_cards(folder / "cards")
    build_index(Holdings(cards), LexicalEmbedder(), folder / "index")
    with open_library(Holdings(cards), LexicalEmbedder(), folder / "index") as opened:
        yield opened


def ids(library: Library, query: str, **wanted: tuple[str, ...]) -> list[str]:
    return [hit.citation.card_id for hit in library.search(query, filters=Filters(**wanted))]


def test_a_hit_cites_its_passage_verbatim(library: Library) -> None:
    hit = library.search("What are apologies after a late delivery?")[0]
    assert hit.citation.card_id == "sorry"
    assert hit.citation.text in {section.text for section in library.card("sorry").sections}
    assert hit.citation == library.citation(hit.citation.chunk_id)
    assert hit.score > 0
    assert 0 < hit.cosine <= 1
    assert hit.bm25_rank == 1


def test_hits_come_best_first_one_a_card(library: Library) -> None:
    hits = library.search("late delivery")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert sorted(hit.citation.card_id for hit in hits) == ["ask", "pause", "sorry"]
    assert len(library.search("late delivery", limit=2)) == 2
    assert library.search("late delivery", limit=0) == ()


def test_filters_hold_alone_and_together(library: Library) -> None:
    query = "late delivery"
    assert ids(library, query, behaviours=("non_apology",)) == ["sorry"]
    assert set(ids(library, query, behaviours=("non_apology", "pitch"))) == {"sorry", "pause"}
    assert set(ids(library, query, frameworks=("Gears",))) == {"pause", "ask"}
    assert ids(library, query, frameworks=("Gears", "Fierce"), behaviours=("open_question", "jargon")) == ["ask"]
    assert ids(library, query, frameworks=("Fierce",), behaviours=("pitch",)) == []
    assert ids(library, query, frameworks=("Nowhere",)) == []
    assert ids(library, query, scenarios=("lost-order",)) == ["ask"]
    assert ids(library, query, scenarios=("lost-order", "war-room"), behaviours=("pitch",)) == []


def test_a_word_of_a_title_is_answered(shipped: Library) -> None:
    [first, *_] = shipped.search("price")
    assert "price" in first.citation.title.lower()
    assert shipped.search("trust formula")[0].citation.card_id == "trust-formula"


@pytest.mark.parametrize("query", ["what is our vacation policy", "can i take friday off", "i hate this job", "asdf"])
def test_what_is_no_matter_of_the_library_is_not_answered(shipped: Library, query: str) -> None:
    assert shipped.search(query) == ()


def test_meaning_and_words_are_filtered_alike(shipped: Library) -> None:
    behaviours = sorted({behaviour for card in shipped.cards for behaviour in card.behaviours})
    for pair in list(combinations(behaviours, 2))[::40]:
        for hit in shipped.search("What do I say to a client?", limit=50, filters=Filters(behaviours=pair)):
            assert set(pair) & set(shipped.card(hit.citation.card_id).behaviours)


def test_a_name_that_is_in_no_passage_is_found_by_words(library: Library) -> None:
    hit = library.search("Lisa Petrilli on a late delivery")[0]
    assert hit.citation.card_id == "ask"
    assert "Petrilli" not in hit.citation.text
    assert hit.bm25_rank is not None


def test_what_only_words_find_gets_its_cosine_too(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {hit.citation.card_id: hit for hit in library.search("late delivery")}
    monkeypatch.setattr(search_module, "_WIDTH", {Kind.PASSAGE: 1, Kind.ASK: 1})
    narrow = {hit.citation.card_id: hit for hit in library.search("late delivery")}
    assert set(narrow) == set(whole)
    for card, hit in narrow.items():
        assert hit.cosine == pytest.approx(whole[card].cosine, abs=1e-5)


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
        open_library(Holdings((make_card("a"),)), LexicalEmbedder(), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_many_threads_find_what_one_finds(shipped: Library) -> None:
    queries = [query.text for query in load_queries() if query.frameworks][:6]
    alone = [shipped.search(query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shipped.search, queries * 4)) == alone * 4


def test_many_threads_can_open_it_at_once(make_card: CardMaker, tmp_path: Path) -> None:
    cards, folder = (make_card("sorry", about="apologies"),), tmp_path / "index"
    build_index(Holdings(cards), LexicalEmbedder(), folder)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_library(Holdings(cards), LexicalEmbedder(), folder), range(8)))
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
    build_index(Holdings(cards), minilm, tmp_path / "index")
    with open_library(Holdings(cards), minilm, tmp_path / "index") as library:
        assert library.search("How do I make an apology?")
    assert tried == []


def test_a_card_is_found_by_the_questions_that_lead_to_it(shipped: Library) -> None:
    for card in shipped.cards[::7]:
        (hit, *_) = shipped.search(card.asks[0])
        assert (hit.citation.card_id, hit.ask) == (card.id, card.asks[0])


def test_what_is_said_to_be_not_here_is_not_answered(shipped: Library) -> None:
    assert len(shipped.holdings.elsewhere) >= 200
    assert [one for one in shipped.holdings.elsewhere[::5] if shipped.search(one)] == []


def test_a_document_answers_what_the_cards_do_not(shipped: Library, minilm: MiniLM, tmp_path: Path, built_index: Path) -> None:
    path = tmp_path / "playbook.md"
    path.write_text("# Rules\n\n## Commission\n\nYour commission is four per cent of the first year, paid out in March.\n\n"
                    "## Apologies\n\nSay sorry for what we did, and mend it the same day.\n")
    shelf = Shelf(tmp_path / "library")
    document = shelf.add(path, by="ada")
    holdings = shelf.holdings(shipped.cards, shipped.holdings.elsewhere)
    folder = tmp_path / "index"
    shutil.copytree(built_index, folder)
    report = build_index(holdings, minilm, folder)
    assert (report.added, report.removed) == (2, 0)
    commission, sorry = "How is my commission worked out?", "How do I apologise for our mistake?"
    assert shipped.search(commission) == ()
    with open_library(holdings, minilm, folder) as library:
        assert library.search(commission)[0].citation.chunk_id == f"{document.id}#1"
        found = [hit.citation.card_id for hit in library.search(sorry)]
        assert found[0] == "real-apology"
        assert document.id in found
        # Only a card helps with a behaviour.
        help_with_it = library.search(sorry, filters=Filters(behaviours=("owns_mistake",)))
        assert all(hit.citation.card_id != document.id for hit in help_with_it)


@pytest.mark.slow
def test_the_labelled_questions_are_found_as_often_as_measured(shipped: Library) -> None:
    """On the half that was not looked at when the bars were set; lower by a few points, since cards may be mended."""
    found = retrieval(shipped, [query for query in load_queries() if query.split == "test"])
    ranked, fused = found.measures["ranked"], found.measures["fused"]
    assert ranked["recall@5"].value >= 0.75
    assert ranked["nDCG@10"].value >= fused["nDCG@10"].value
    assert min(fused["nDCG@10"].value - found.measures[part]["nDCG@10"].value for part in ("words", "meaning")) >= 0
    assert found.abstaining["F1"].value >= 0.75


def test_the_labels_name_frameworks_that_there_are(shipped: Library) -> None:
    there = {card.framework for card in shipped.cards}
    queries = load_queries()
    assert {name for query in queries for name in query.frameworks} <= there
    assert len({query.id for query in queries}) == len(queries) >= 240


@pytest.mark.parametrize(("ranked", "wanted", "measures"), [
    (["a", "b", "c"], ["a"], [1, 1, 1, 1]),
    (["b", "a", "a"], ["a"], [0, 1, 0.5, 0.6309]),
    (["b", "c", "d", "e", "f", "a"], ["a"], [0, 0, 1 / 6, 0.3562]),
    (["a", "x", "b"], ["a", "b"], [0.5, 1, 1, 0.9197]),
    ([], ["a"], [0, 0, 0, 0]),
])
def test_the_measures(ranked: list[str], wanted: list[str], measures: list[float]) -> None:
    assert measures_of(ranked, wanted) == pytest.approx(measures, abs=1e-4)
