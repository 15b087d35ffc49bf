"""Named word lists and phrases from `lexicons.yaml`, as compiled patterns."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import RootModel

from coach.datafile import load_yaml

_FILE = Path(__file__).parent / "lexicons.yaml"


class _Lexicons(RootModel[Mapping[str, tuple[str, ...]]]):
    """A list of regular expressions by name."""


@lru_cache
def _lexicons() -> Mapping[str, tuple[str, ...]]:
    return load_yaml(_FILE, _Lexicons).root


@lru_cache
def lexicon(name: str) -> re.Pattern[str]:
    """A pattern that finds any entry of the list `name`, as whole words, in any case."""
    return phrases(_lexicons()[name])


def phrases(entries: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for many phrases.

    An apostrophe in an entry matches both its forms; a space any white space, and "a space?" any or none.
    """
    joined = "|".join(f"(?:{entry})" for entry in entries)
    pattern = joined.replace("'", "['’]").replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
