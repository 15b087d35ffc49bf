"""The library as others plug it in."""

from coach.knowledge import Filters, Library
from coach.knowledge.retriever import LibraryRetriever


def test_it_gives_what_the_search_finds(library: Library) -> None:
    query = "How do I apologise when we got it wrong?"
    found = LibraryRetriever(library=library, limit=3).invoke(query)
    hits = library.search(query, limit=3)
    assert [one.id for one in found] == [hit.citation.chunk_id for hit in hits]
    assert [one.page_content for one in found] == [hit.citation.text for hit in hits]
    assert found[0].metadata["framework"] == "Real apology"


def test_it_filters(library: Library) -> None:
    within = LibraryRetriever(library=library, filters=Filters(scenarios=("war-room",)))
    assert {one.metadata["card"] for one in within.invoke("What do I show on the screens?")} <= {
        "campfire-and-war-room", "no-jargon"}


def test_it_gives_nothing_where_there_is_no_answer(library: Library) -> None:
    assert LibraryRetriever(library=library).invoke("What is the boiling point of tungsten?") == []
