"""Sentences, words and questions of a text, and what must be cleaned before any of it is kept."""

import re
import unicodedata
from dataclasses import dataclass

# A dot within a number ("3.5") or within an abbreviation of single letters ("e.g.") ends nothing.
_SENTENCE = re.compile(
    r"(?:[^.!?…\n]|\.(?<=\d\.)(?=\d)|\.(?<=\b[a-z]\.)(?=[a-z]\.))+(?:[.!?…]+[\"”’')\]]*|\n+|$)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|vs|e\.g|i\.e|etc)\.$", re.IGNORECASE)
_QUESTION_WORD = r"(?:what|how|why|who|whom|whose|which|where|when|tell me|talk me through|walk me through|in what)"
_FILLERS = (r"(?:(?:so|and|but|ok(?:ay)?|well|oh|now|then|hey|hmm+|right|sure|yes|no|please|sorry|wow|listen|look),?"
            r"\s+)*")
# Anyone's name, in any spelling, or another single word: "José, how …", "Ms Holt, what …", "Honestly, why …".
_ADDRESS = r"(?:(?:(?:mrs?|ms|miss|dr)\.?\s+)?[^\W\d_][\w'’-]*,\s+)?"
_REQUEST = r"(?:can|could|would|will|do) you (?:\w+ ){0,3}(?:tell me|talk me through|walk me through)"
# At the front, or behind another clause ("that sounds hard, how are you?"), where "which" only adds to the clause.
_OPENER = re.compile(
    rf"(?:^{_FILLERS}{_ADDRESS}{_FILLERS}(?:{_REQUEST}|{_QUESTION_WORD})"
    rf"|(?:[,;:]|\s[—–-])\s+{_FILLERS}(?:{_REQUEST}|what|how|why|tell me))\b", re.IGNORECASE)
_INVERTED = re.compile(
    r"^(?:(?:so|and|but|or|ok(?:ay)?|well|oh|now|then),?\s+)*(?:is|are|was|were|do|does|did|have|has|had|can|could|will|"
    r"would|should|shall|may|might|am|isn.t|aren.t|don.t|doesn.t|didn.t|won.t|wouldn.t|can.t)\s+\w+", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Without its mark, fewer words than this are no question.
_SHORTEST_QUESTION = 3
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
    "think well say said tell told see hear heard understand good going go much many lot something anything everything mean "
    "make happen may might must shall".split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it begins in its text, in characters."""

    text: str
    start: int

    @property
    def is_question(self) -> bool:
        """Whether it asks: by its mark, or by its form where the mark was left out."""
        return self.text.rstrip("\"”’')]! ").endswith("?") or bool(
            len(self.text.split()) >= _SHORTEST_QUESTION and (_INVERTED.match(self.text) or _asks_by_word(self.text)))

    @property
    def is_open_question(self) -> bool:
        """Whether it asks for more than a yes, a no or a fact to pick."""
        return self.is_question and bool(_OPENER.search(self.text))


def _asks_by_word(text: str) -> bool:
    return bool(re.match(r"^(?:so |and |but )?(?:what|how|why|who) (?:is|are|was|were|do|does|did|would|will|can|has|have)\b",
                         text, re.IGNORECASE)) and not text.rstrip().endswith((".", "!"))


def sentences(text: str) -> tuple[Sentence, ...]:
    """Split `text` at sentence ends and line breaks; each part keeps its place, so that quotes stay verbatim."""
    spans: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(text):
        start, end = spans[-1] if spans else (0, 0)
        # What follows an abbreviation at once belongs to it; a line break between them parts them.
        if end == match.start() and _ABBREVIATION.search(text[start:end]):
            spans[-1] = (start, match.end())
        else:
            spans.append(match.span())
    # Without the white space around each.
    trimmed = ((end - len(text[start:end].lstrip()), text[start:end].strip()) for start, end in spans)
    return tuple(Sentence(part, start) for start, part in trimmed if part)


def words(text: str) -> tuple[str, ...]:
    """The words in lower case, apostrophes straightened."""
    return tuple(match.group().lower().replace("’", "'") for match in _WORD.finditer(text))


def stem(word: str) -> str:
    """A rough stem, enough to match "teams" with "team" and "worries" with "worry"."""
    for ending in ("'s", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly"):
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
