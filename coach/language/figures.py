"""The numbers in a text, however they are written."""

import re

_UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
          "eighteen nineteen").split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
             "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "first": 1, "second": 2,
             "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_NUMBER_WORDS = ({word: i for i, word in enumerate(_UNITS)} | {word: 10 * i for i, word in enumerate(_TENS, 2)} | _ORDINALS)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_SAID = "|".join(sorted({*_NUMBER_WORDS, *_SCALES}, key=len, reverse=True))
_RUN = re.compile(rf"\b(?:{_SAID})(?:(?:-|\s+(?:and\s+)?)(?:{_SAID}))*\b")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?(k?)(?:st|nd|rd|th)?\b", re.IGNORECASE)


def numbers(text: str) -> set[int]:
    """The whole numbers of `text`, however written: "25,000", "25k" and "twenty-five thousand" are one."""
    found = set[int]()
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0].partition(".")[0])
        found.add(int(digits[:12]) * (1000 if match[1] else 1))
    for run in _RUN.findall(text.lower()):
        whole = part = 0
        for word in re.findall(r"[a-z]+", run):
            if word in _SCALES:
                part = max(part, 1) * _SCALES[word]
                whole, part = (whole + part, 0) if _SCALES[word] > 100 else (whole, part)  # noqa: PLR2004
            else:
                part += _NUMBER_WORDS.get(word, 0)
        found.add(whole + part)
    return found
