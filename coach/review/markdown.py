"""Foreign text put into Markdown so that it stays text: what was typed can make no heading, link, table or HTML."""

import re
import unicodedata

# Each of these could begin something, in CommonMark or in GitHub's dialect (~ | $); behind a backslash it is itself.
_ANYWHERE = re.compile(r"([\\`*_\[\]~|$])")
# At the start of a line: headings, lists, quotes (">" is an entity by then), rules and the underlines of headings.
_AT_START = re.compile(r"^([#+=-])|^(\d{1,9})([.)])")
# Addresses that GitHub makes links of by themselves.
_ADDRESS = re.compile(r"(?<=[A-Za-z])(:)(?=//)|(?<=\b[wW]{3})(\.)|(@)|(?<=\bmailto)(:)|(?<=\bxmpp)(:)")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def inline(text: str) -> str:
    """`text` on one line, as text; white space runs together."""
    return _line(" ".join(_printable(text).split()))


def quoted(text: str) -> str:
    """`text` as a block quote, its lines kept as they are but for white space at their ends."""
    lines = [_line(line.strip()) for line in _printable(text).strip().split("\n")]
    shown = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        # A backslash before a line end keeps the break, where Markdown would run the lines together.
        shown.append(f"> {line}\\" if line and following else f"> {line}".rstrip())
    return "\n".join(shown)


def _line(text: str) -> str:
    """One line, with everything that means something to Markdown or HTML made to mean itself."""
    text = _ANYWHERE.sub(r"\\\1", text.translate(_ENTITIES))
    text = _ADDRESS.sub(lambda match: f"\\{match.group()}", text)
    return _AT_START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", text)


def _printable(text: str) -> str:
    """`text` with plain line ends, no control characters, and no halves of characters, which no file could hold."""
    text = re.sub(r"\r\n|[\r\u2028\u2029\x85]", "\n", text)
    return "".join("\ufffd" if unicodedata.category(c) == "Cs" else c for c in text
                   if c in "\n\t" or unicodedata.category(c) != "Cc")
