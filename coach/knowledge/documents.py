"""A company's own documents: what was made of each, where it came from, and the passages it gives."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from coach.datafile import content_hash
from coach.errors import SetupError
from coach.knowledge.chunks import Chunk

# The embedder reads 256 tokens; a passage of so many words is read whole.
MOST_WORDS = 170
_META = "document.json"
_PASSAGES = "passages.json"
# Of a language without spaces between words, so many characters stand for one.
_CHARACTERS = 9
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_SENTENCE = re.compile(r"[^.!?…]*[.!?…]+\s*|[^.!?…]+")
_WORD = re.compile(r"\S+\s*|\s+")
_FENCE = re.compile(r"^(```|~~~)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document: the headings it stands under ("Pricing › Discounts"), and its text."""

    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document in the library.

    Attributes:
        id: the name of its folder.
        title: as it is shown; `source` the name of the file it was.
        sha256: of the file; `size` its bytes.
        added_at: ISO 8601, with the offset from UTC; `added_by` who added it.
        pages: how many pages or slides; 0 where the file has none.
        passages: how many; `hash` tells other passages from these.
        folder: where it is kept.
    """

    id: str
    title: str
    source: str
    sha256: str
    size: int
    added_at: str
    added_by: str
    pages: int
    passages: int
    hash: str
    folder: Path

    def chunks(self) -> Iterator[Chunk]:
        """Its passages, for the index.

        Raises:
            SetupError: they can not be read; says what to do.
        """
        for number, passage in enumerate(read_passages(self.folder), start=1):
            place = f"{self.id}#{number}"
            yield Chunk(id=place, unit=place, card_id=self.id, title=self.title, framework="", source=self.source,
                        author=self.added_by, section=passage.section, behaviours=(), scenarios=(), text=passage.text)


def write_document(document: Document, passages: tuple[Passage, ...]) -> None:
    """Write what was made of it into its folder."""
    (document.folder / _PASSAGES).write_text(json.dumps([[one.section, one.text] for one in passages]), encoding="utf-8")
    meta = {name: value for name, value in asdict(document).items() if name != "folder"}
    (document.folder / _META).write_text(json.dumps(meta, indent=1), encoding="utf-8")


def read_document(folder: Path) -> Document:
    """The document kept in `folder`.

    Raises:
        SetupError: it is damaged; says what to do.
    """
    try:
        return Document(**json.loads((folder / _META).read_text(encoding="utf-8")), folder=folder)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from error


def read_passages(folder: Path) -> tuple[Passage, ...]:
    """The passages kept in `folder`.

    Raises:
        SetupError: they are damaged; says what to do.
    """
    try:
        return tuple(Passage(*one) for one in json.loads((folder / _PASSAGES).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> SetupError:
    return SetupError(f"The document {folder.name} in the library is damaged ({error}). Run `coach knowledge remove "
                      f"{folder.name}`, then add the file again.")


def passages_of(markdown: str) -> tuple[Passage, ...]:
    """Cut a text at its headings, and long parts at paragraphs, so that each passage can be read and cited alone.

    A paragraph stays whole up to `MOST_WORDS`; a longer one is cut behind a sentence, and a sentence without end at a word.
    """
    found: list[Passage] = []
    trail: list[tuple[int, str]] = []
    part: list[str] = []

    def close() -> None:
        section = " › ".join(heading for _, heading in trail)
        found.extend(Passage(section, text) for text in _cut("\n".join(part)))
        part.clear()

    fenced = False
    for line in markdown.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line.rstrip().rstrip("#").rstrip())
        if heading is None:
            part.append(line)
            continue
        close()
        depth = len(heading[1])
        trail = [*(above for above in trail if above[0] < depth), (depth, heading[2].strip("*_ "))]
    close()
    return tuple(found)


def passages_hash(passages: tuple[Passage, ...]) -> str:
    """12 hex digits that tell other passages from these."""
    return content_hash(json.dumps([[one.section, one.text] for one in passages]))


def _cut(text: str) -> Iterator[str]:
    """Parts of `text` of at most `MOST_WORDS` words: as many whole paragraphs as fit together."""
    held: list[str] = []
    for paragraph in _paragraphs(text):
        if held and _length("\n\n".join(held)) + _length(paragraph) > MOST_WORDS:
            yield "\n\n".join(held)
            held = []
        held.append(paragraph)
    if held:
        yield "\n\n".join(held)


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        whole = paragraph.strip()
        if not re.search(r"\w", whole):
            continue
        if _length(whole) <= MOST_WORDS:
            yield whole
        else:
            yield from _short(whole)


def _short(paragraph: str) -> Iterator[str]:
    held = ""
    for piece in _pieces(paragraph):
        if held and _length(held + piece) > MOST_WORDS:
            yield held.strip()
            held = ""
        held += piece
    if held.strip():
        yield held.strip()


def _pieces(paragraph: str) -> Iterator[str]:
    """Sentences, with what parts them; of one that is too long its words, and of such a word its characters."""
    for sentence in _SENTENCE.findall(paragraph):
        if _length(sentence) <= MOST_WORDS:
            yield sentence
            continue
        for word in _WORD.findall(sentence):
            most = _CHARACTERS * MOST_WORDS
            yield from (word[start : start + most] for start in range(0, len(word), most))


def _length(text: str) -> int:
    return max(len(text.split()), len(text) // _CHARACTERS)
