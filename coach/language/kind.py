"""What kind of utterance a text is, before one looks at what it does: silence, gibberish, rudeness, another language."""

import re
from enum import StrEnum

from coach.language.lexicon import lexicon
from coach.language.text import sentences, words


class Kind(StrEnum):
    """What a reply is, as a person across the table would take it."""

    NORMAL = "normal"
    SILENCE = "silence"
    GIBBERISH = "gibberish"
    RUDE = "rude"
    OTHER_LANGUAGE = "other_language"
    OUT_OF_CHARACTER = "out_of_character"
    GOODBYE = "goodbye"
    REPEATED = "repeated"
    """Told by who remembers what was said before; `kind_of` sees one text."""


_SILENCE = re.compile(
    r"^[\s.…\-–—*()_]*(?:\((?:says nothing|silence|silent|pause|waits?|nods?)\)|silence)?[\s.…\-–—*()_]*$", re.I)
_MEANT_KINDLY = re.compile(
    r"\b(?:feel\w*|felt|look\w*|seem\w*|think|thinks|thought|as if|as though|mak(?:e|es|ing) you|call\w* you|told you|said you|"
    r"take (?:\w+ )?to|takes (?:\w+ )?to|never|wrong to|sorry)\b", re.I)
_VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœ]", re.I)
_LETTER_RUN = re.compile(r"(.)\1{4,}|[bcdfghjklmnpqrstvwxz]{6,}", re.I)
# What people hum and hiss when they listen; no vowels, and no gibberish.
_HUM = re.compile(r"h*m+(?:h*m+)*|s+h+|p+f+t*|b+r+|g+r+|t+s+k+|p+s+t+", re.I)
_LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
_MIN_WORDS = 4
_MIN_FOREIGN = 2
_LONGEST_WORD = 24
_SHORT_WORD = 3


def kind_of(text: str) -> Kind:
    """The kind of `text`. What is unclear is NORMAL: a person gives the benefit of the doubt."""
    if _SILENCE.match(text):
        return Kind.SILENCE
    found = words(text)
    letters = [c for c in text if c.isalpha()]
    if letters and sum(bool(_LATIN.match(c)) for c in letters) < len(letters) / 2:
        return Kind.OTHER_LANGUAGE
    if not letters or _is_gibberish(found):
        return Kind.GIBBERISH
    if lexicon(Kind.OUT_OF_CHARACTER.value).search(text):
        return Kind.OUT_OF_CHARACTER
    parts = [part.text for part in sentences(text)]
    if any(_is_rude(part) for part in parts):
        return Kind.RUDE
    english = sum(word in _ENGLISH for word in found)
    foreign = [word for word in found if word in _FOREIGN]
    # One word said over and over ("no, no, no, no") is no sign of a language.
    if len(found) >= _MIN_WORDS and len(set(foreign)) >= _MIN_FOREIGN and len(foreign) > 2 * english:
        return Kind.OTHER_LANGUAGE
    # Only the last words take leave: "let's leave it there with the project, how are you?" stays.
    return Kind.GOODBYE if parts and lexicon("goodbye").search(parts[-1]) else Kind.NORMAL


def _is_rude(sentence: str) -> bool:
    """Whether hard words are thrown at the customer; "that must make you feel useless" throws none."""
    match = lexicon("rude").search(sentence)
    return match is not None and not _MEANT_KINDLY.search(sentence[: match.start()])


def _is_gibberish(found: tuple[str, ...]) -> bool:
    if not found:
        return True
    said = [w for w in found if not _HUM.fullmatch(w)]
    odd = sum(bool(_LETTER_RUN.search(w)) or (len(w) > _SHORT_WORD and not _VOWELS.search(w)) or len(w) > _LONGEST_WORD
              for w in said)
    return odd > len(found) / 2


# The commonest function words of English, and of the languages a trainee here may slip into.
_ENGLISH = frozenset("the a an i you we he she it is are was were do did have has and or but to of in on for with that this "
                     "what how not my your me so be at as if can will just about from they there their".split())
_FOREIGN = frozenset("der die das und ich sie wir ist nicht ein eine wie geht ihnen es für mit auf was haben sind "
                     "le la les et je vous nous est pas un une des que qui dans pour comment avez êtes ça "
                     "el los las y yo usted es no por qué cómo está con para una muy pero su "
                     "il lo gli e sono lei come sta che di per non ho molto mi "
                     "o os eu você não que para com uma como está muito "
                     "de het en ik u wij niet een hoe gaat met voor och jag du är inte det hur".split())
