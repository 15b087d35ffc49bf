"""The library as a LangChain retriever, for chains and agents of others."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from coach.knowledge.filters import EVERYTHING, Filters
from coach.knowledge.search import Library


class LibraryRetriever(BaseRetriever):
    """Gives what `Library.search` finds; nothing where the library has no answer.

    Attributes:
        library: open; whoever opened it closes it.
        limit: how many passages at most.
        filters: what may be found.
    """

    # Any, since pydantic would want to check it as data.
    library: Any
    limit: int = 5
    filters: Filters = EVERYTHING

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        library: Library = self.library
        return [
            Document(id=hit.citation.chunk_id, page_content=hit.citation.text, metadata={
                "card": hit.citation.card_id, "title": hit.citation.title, "framework": hit.citation.framework,
                "source": hit.citation.source, "author": hit.citation.author, "score": hit.score})
            for hit in library.search(query, limit=self.limit, filters=self.filters)]
