"""A text with nobody in particular in it: names, titles and gender taken out, so that they can sway nothing that is learned.

The same reply from anyone, to anyone, must score the same; what a model never sees it can not weigh.
"""

import re

_NAME = "Sam"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TITLES = frozenset("mr mrs ms miss mx dr prof sir madam ma'am señor señora herr frau monsieur madame ji san bhai".split())
# Capitalised, and nobody's name.
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december christmas easter god english german french spanish i i'm i'd i'll i've".split())
# Words that open a sentence before a comma without calling anyone.
_OPENERS = frozenset(
    "well so yes no yeah yep nope ok okay right sure fine oh ah hmm hm wow look listen honestly frankly actually sorry thanks "
    "please now then anyway first second third finally also still but and or if great good lovely perfect absolutely of "
    "true fair understood agreed noted indeed exactly congratulations congrats welcome hello hi hey morning afternoon "
    "evening today tomorrow yesterday tonight maybe perhaps sometimes usually often instead otherwise meanwhile however "
    "obviously clearly basically ideally personally between before after when while once since because although though "
    "either neither alternatively additionally furthermore moreover therefore thus hence ouch blimey crikey gosh cheers "
    "that this it there here what how why who where which three two one four five six ten twenty".split())
_GENDERED = {
    "they": "he she", "them": "him his her hers", "themself": "himself herself", "spouse": "husband wife hubby missus",
    "parent": "mother father mum mom dad mummy daddy mam", "child": "son daughter", "sibling": "brother sister",
    "person": "man woman guy lady gentleman bloke chap gal girl boy lad lass",
    "people": "men women ladies gentlemen guys girls boys lads", "partner": "girlfriend boyfriend",
    "grandparent": "grandmother grandfather grandma grandpa granny grandad",
    "relative": "aunt uncle nephew niece",
}
_NEUTRAL = {word: neutral for neutral, gendered in _GENDERED.items() for word in gendered.split()}
_STARTS = frozenset(".!?…\n")
# "he's" becomes "they are": the verb goes along.
_THEY = ((re.compile(r"\bs?he(?:['’]s| is)\b", re.IGNORECASE), "they are"),
         (re.compile(r"\bs?he was\b", re.IGNORECASE), "they were"),
         (re.compile(r"\bs?he has\b", re.IGNORECASE), "they have"))


def neutral(text: str) -> str:
    """`text` with every name that shows as one, title and gendered word replaced by one that fits anybody."""
    for pattern, plural in _THEY:
        text = pattern.sub(plural, text)
    found = list(_WORD.finditer(text))
    names = {word.group() for word in found if _is_name(text, word)}
    parts, end = list[str](), 0
    for word in found:
        plain = word.group().lower().replace("’", "'")
        new = _NAME if word.group() in names or plain in _TITLES else _NEUTRAL.get(plain)
        if new is None:
            continue
        # "Dr. Lee" and "Anna Maria" are one person.
        if not (new == _NAME and parts and parts[-1] == _NAME and text[end : word.start()]in ("", " ", ". ")):
            parts += [text[end : word.start()], new]
        end = word.end()
    return "".join([*parts, text[end:]])


def _is_name(text: str, word: re.Match[str]) -> bool:
    """Whether a word is spelt as a name in its place: a capital within a sentence, or at its start as somebody's address."""
    shown, before = word.group(), text[: word.start()].rstrip(" \"“‘('")
    if len(shown) == 1 or not shown[0].isupper() or shown.isupper() or shown.lower().replace("’", "'") in _NO_NAMES:
        return False
    after_title = before.endswith(".") and before[:-1].rpartition(" ")[2].lower() in _TITLES
    if before and (before[-1] not in _STARTS or after_title):
        return True
    return text[word.end() : word.end() + 1] == "," and shown.lower() not in _OPENERS
