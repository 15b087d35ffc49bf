"""Ask the coach: a question answered from the library with every sentence cited, or honestly not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from coach.domain import Citation
from coach.errors import ModelError
from coach.knowledge import Library, chunks_of
from coach.language.orders import gives_orders
from coach.language.text import sentences, words
from coach.llm.chat import ChatModel, ask_for_text
from coach.prompts import UNTRUSTED, Contract

_PASSAGES = 5
_SHOWN = 3
# Of so many of the first cards a model is given the explanation as well, where another part of the card was found: words to try
# alone tell nobody what they are for.
_EXPLAINED = 3
NO_ANSWER = "The library has nothing on that. Ask about a conversation with a customer, in other words perhaps."
PASSAGES_THEMSELVES = "What the library says on it, word for word:"
_REFUSAL = "NO ANSWER"
# So a sentence begins that tells what of a question stays open; it comes last, is short, and needs no passage.
_SAYS_NOTHING = re.compile(
    r"The library says nothing (?:about|on) (?!.*\b(?:but|however|and|so|yet)\b)[^,;:.!?…–—()\d\[\]]+\.?")
_OPEN_WORDS = 20
_MARK = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_QUOTED = re.compile(
    r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|`([^`]+)`|(?<!\w)[‘']([^‘’']+(?:['’]\w[^‘’']*)*)['’](?!\w)")
# Within a sentence, a question or a whole sentence in quotation marks: what follows goes on in small letters, or with a comma.
_WITHIN = re.compile(r"[.?!…]+(?=[”\"»“’'],)|[?!]+(?=[”\"»“’'] [a-z])")
_ODD = re.compile("[“”\"«»„`]")
# So few words in quotation marks may be anybody's.
_A_FEW = 3


@dataclass(frozen=True, slots=True)
class AskInputs:
    """What the prompt takes; its front matter says what each is."""

    passages: Annotated[list[tuple[int, str, str]], UNTRUSTED]
    question: Annotated[str, UNTRUSTED]
    again: str


CONTRACT = Contract("ask-coach", AskInputs)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the coach says.

    Attributes:
        text: the answer, its sentences marked with the numbers of their passages, or a line that leads to the passages.
        citations: the passages it rests on, in the order of their numbers; none where there is no answer.
        engine: "model", or "embedded" where the passages themselves are the answer.
    """

    text: str
    citations: tuple[Citation, ...]
    engine: str


def ask_coach(question: str, library: Library, model: "ChatModel | None" = None) -> Answer:
    """Answer `question` from the library: the best passages themselves, or, with a model, in sentences that cite them.

    What the model says is checked: every sentence cites a passage that was given, and more than a few words in quotation marks
    stand in one that is cited. It may try twice; where it fails, the passages themselves are given.
    """
    hits = (hit.citation for hit in library.search(question, limit=2 * _PASSAGES))
    # A passage that speaks to a machine is somebody's trick; it is no answer to a person either.
    found = tuple(one for one in hits if not gives_orders(f"{one.title}. {one.text}"))[:_PASSAGES]
    if not found:
        return Answer(NO_ANSWER, (), "embedded")
    if model is not None:
        given = _explained(found, library)
        try:
            problem = ""
            for _ in range(2):
                text = _asked(model, question, given, problem)
                if text == _REFUSAL:
                    return Answer(NO_ANSWER, (), "model")
                problem = fault_of(text, given)
                if not problem:
                    return _renumbered(text, given)
        except ModelError:
            pass  # the passages below are an answer too, and say so by their engine
    return Answer(PASSAGES_THEMSELVES, found[:_SHOWN], "embedded")


def _explained(found: Sequence[Citation], library: Library) -> tuple[Citation, ...]:
    """The passages that were found, and after them what the first cards are about."""
    cards = {card.id: card for card in library.cards}
    about = (chunks_of(cards[one.card_id])[0].citation for one in found if one.card_id in cards)
    first = [one for one in about if not gives_orders(f"{one.title}. {one.text}")][:_EXPLAINED]
    return tuple({one.chunk_id: one for one in (*found, *first)}.values())


def _asked(model: ChatModel, question: str, found: Sequence[Citation], problem: str) -> str:
    passages = [(number, one.title, one.text) for number, one in enumerate(found, start=1)]
    *_, text = ask_for_text(model, CONTRACT.render(AskInputs(passages, question, problem)))
    return text.strip()


def fault_of(text: str, found: Sequence[Citation]) -> str:
    """What is wrong with an answer from the passages `found`, as a sentence to its writer; empty where nothing is."""
    said = [part for part in _cited_parts(text) if words(_MARK.sub("", part))]
    if not said:
        return "There was nothing in it."
    cited: set[int] = set()
    for place, part in enumerate(said, start=1):
        if cited and place == len(said) and _SAYS_NOTHING.fullmatch(part.strip()) and len(words(part)) <= _OPEN_WORDS:
            continue
        numbers = [int(number) for mark in _MARK.findall(part) for number in mark.split(",")]
        if not numbers:
            return f"Sentence {place} cites no passage."
        if not all(1 <= number <= len(found) for number in numbers):
            return f"Sentence {place} cites a passage that there is not."
        cited |= set(numbers)
    passages = [words(found[number - 1].text) for number in cited]
    # Over the whole: a quotation may go on beyond the end of a sentence.
    for quote in (words(next(filter(None, marks))) for marks in _QUOTED.findall(_MARK.sub(" ", text))):
        if len(quote) > _A_FEW and not any(_stands_in(quote, passage) for passage in passages):
            return "Words in quotation marks do not stand in a passage that is cited."
    if _ODD.search(_QUOTED.sub(" ", _MARK.sub(" ", text))):
        return "A quotation is not closed, or with another mark than it was opened with."
    return ""


def _cited_parts(text: str) -> list[str]:
    """Its sentences; a mark behind the full stop belongs to the sentence before it."""
    parts: list[str] = []
    for part in sentences(_WITHIN.sub(lambda match: "-" * len(match[0]), text)):
        leading = re.match(rf"(?:{_MARK.pattern}[.,;]?\s*)+", part.text)
        rest = part.text
        if leading and parts:
            parts[-1] += f" {leading[0]}"
            rest = rest[leading.end() :]
        if rest.strip():
            parts.append(rest)
    return parts


def _stands_in(quote: tuple[str, ...], passage: tuple[str, ...]) -> bool:
    return any(passage[i : i + len(quote)] == quote for i in range(len(passage) - len(quote) + 1))


def _renumbered(text: str, found: Sequence[Citation]) -> Answer:
    """The answer with the passages it cites alone, numbered from 1 in the order they come up."""
    order: dict[int, int] = {}

    def mark(match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[1].split(",")]
        return "".join(f"[{order.setdefault(number, len(order) + 1)}]" for number in numbers)

    marked = _MARK.sub(mark, text)
    return Answer(marked, tuple(found[number - 1] for number in order), "model")
