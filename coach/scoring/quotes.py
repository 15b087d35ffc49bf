"""Where a quoted passage stands in a text: verbatim but for marks and spaces, which everybody types in their own way."""

import re

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
_ELLIPSIS = re.compile(r"^(?:…|\.\.\.)\s*|\s*(?:…|\.\.\.)$")


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of `quote` in `text`; None where it does not stand there.

    Case counts, since another case is another sentence. Kinds of quotation marks and dashes, runs of white space, quotation
    marks around the whole and an ellipsis at either end do not.
    """
    wanted = _ELLIPSIS.sub("", quote.translate(_SAME).strip().strip('"').strip())
    if not wanted:
        return None
    pattern = r"\s+".join(re.escape(part) for part in wanted.split())
    found = re.search(pattern, text.translate(_SAME))
    return found.span() if found else None
