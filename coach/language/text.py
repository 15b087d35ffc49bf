"""Sentences, words and questions of a text, and what must be cleaned before any of it is kept."""

import re
import unicodedata
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"”’')\]]*|\n+|$)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|vs|e\.g|i\.e|etc|no)\.$", re.IGNORECASE)
_QUESTION_WORD = r"(?:what|how|why|who|whom|whose|which|where|when|tell me|talk me through|walk me through|in what)"
_OPENER = re.compile(
    rf"^(?:(?:so|and|but|ok(?:ay)?|well|oh|now|then|hey|hmm+|right|sure|yes|no|please|sorry|wow|listen|look|"
    rf"[A-Z][a-z]+),?\s+)*{_QUESTION_WORD}\b", re.IGNORECASE)
_INVERTED = re.compile(
    r"^(?:(?:so|and|but|or|ok(?:ay)?|well|oh|now|then),?\s+)*(?:is|are|was|were|do|does|did|have|has|had|can|could|will|"
    r"would|should|shall|may|might|am|isn.t|aren.t|don.t|doesn.t|didn.t|won.t|wouldn.t|can.t)\s+\w+", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_KEPT_CONTROLS = "\n\t"
# Words that say nothing about what a sentence is about. Plain function words; a list of our own, kept short on purpose.
STOPWORDS = frozenset(
    "a an the and or but if so as at by for from in into of off on onto out over than then to up with without about after "
    "again all also am any are aren't be because been before being both can can't cannot could couldn't did didn't do does "
    "doesn't doing don't down during each few further get got had hadn't has hasn't have haven't having he her here hers him "
    "his how i i'd i'll i'm i've is isn't it it's its itself just let let's like me more most my no nor not now of only other "
    "our ours own really same she should shouldn't some such that that's the their theirs them there there's these they "
    "they're this those through too under until us very was wasn't we we're we've were weren't what what's when where which "
    "while who whom why will won't would wouldn't yes you you'd you'll you're you've your yours thing things one two know "
    "think well say said tell told see good going go much many lot something anything everything mean make happen".split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it begins in its text, in characters."""

    text: str
    start: int

    @property
    def is_question(self) -> bool:
        """Whether it asks: by its mark, or by its form where the mark was left out."""
        return self.text.rstrip("\"”’')] ").endswith("?") or bool(
            len(self.text.split()) > 2 and (_INVERTED.match(self.text) or _asks_by_word(self.text)))

    @property
    def is_open_question(self) -> bool:
        """Whether it asks for more than a yes, a no or a fact to pick."""
        return self.is_question and bool(_OPENER.match(self.text))


def _asks_by_word(text: str) -> bool:
    return bool(re.match(r"^(?:so |and |but )?(?:what|how|why|who) (?:is|are|was|were|do|does|did|would|will|can|has|have)\b",
                         text, re.IGNORECASE)) and not text.rstrip().endswith((".", "!"))


def sentences(text: str) -> tuple[Sentence, ...]:
    """Split `text` at sentence ends and line breaks; each part keeps its place, so that quotes stay verbatim."""
    found: list[Sentence] = []
    pending = ""
    pending_start = 0
    for match in _SENTENCE.finditer(text):
        if not pending:
            pending_start = match.start()
        pending += match.group()
        if _ABBREVIATION.search(pending.rstrip()):
            continue
        stripped = pending.strip()
        if stripped:
            found.append(Sentence(stripped, pending_start + len(pending) - len(pending.lstrip())))
        pending = ""
    if pending.strip():
        found.append(Sentence(pending.strip(), pending_start + len(pending) - len(pending.lstrip())))
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """The words in lower case, apostrophes straightened."""
    return tuple(match.group().lower().replace("’", "'") for match in _WORD.finditer(text))


def stem(word: str) -> str:
    """A rough stem, enough to match "teams" with "team" and "worries" with "worry"."""
    for ending in ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "'s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def content_words(text: str) -> tuple[str, ...]:
    """Stems of the words that carry what the text is about."""
    return tuple(stem(word) for word in words(text) if word not in STOPWORDS and len(word) > 2)  # noqa: PLR2004


def clean(text: str) -> str:
    """`text` as it can be kept and shown anywhere: NFC, no control characters, no halves of surrogate pairs, trimmed."""
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()
