"""Ask the coach: a question answered from the cards, or honestly not."""

from dataclasses import dataclass

from coach.domain import Citation
from coach.errors import ModelError
from coach.knowledge import Library
from coach.llm.chat import ChatModel, ask_for_text
from coach.prompts import get_prompt

_PASSAGES = 3
NO_ANSWER = "The cards have nothing on that. Ask about a conversation with a customer, in other words perhaps."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the coach says, and the passages it rests on; none where there is no answer."""

    text: str
    citations: tuple[Citation, ...]
    engine: str


def ask_coach(question: str, library: Library, model: "ChatModel | None" = None) -> Answer:
    """Answer `question` from the library: the best passage itself, or, with a model, an answer that cites passages.

    Where the model fails, the passage itself is given.
    """
    citations = tuple(hit.citation for hit in library.search(question, limit=_PASSAGES))
    if not citations:
        return Answer(NO_ANSWER, (), "embedded")
    if model is not None:
        prompt = get_prompt("ask-coach").render(
            question=question, passages=[(n, c.title, c.text) for n, c in enumerate(citations, start=1)])
        try:
            *_, text = ask_for_text(model, prompt)
            return Answer(text.strip(), citations, "model")
        except ModelError:
            pass  # the passage below is an answer too, and says so by its engine
    return Answer(citations[0].text, citations[:1], "embedded")
