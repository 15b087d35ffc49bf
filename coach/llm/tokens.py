"""How many tokens a text takes: exact where tiktoken's encoding is at hand, else a cautious estimate that says it is one."""

import os
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1, sha256
from pathlib import Path
from tempfile import gettempdir

import tiktoken

# English runs at about four characters a token; three errs on the safe side for a budget.
_CHARACTERS_PER_TOKEN = 3
_ENCODING = "o200k_base"
_ENCODING_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_ENCODING_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens, and whether it was counted or estimated."""

    tokens: int
    exact: bool


def count_tokens(text: str) -> TokenCount:
    """The tokens of `text`. Nothing is fetched: tiktoken's own download has no timeout and fails offline."""
    encoding = _cached_encoding()
    if encoding is None:
        return TokenCount(-(-len(text) // _CHARACTERS_PER_TOKEN), exact=False)
    return TokenCount(len(encoding.encode(text, disallowed_special=())), exact=True)


@lru_cache
def _cached_encoding() -> tiktoken.Encoding | None:
    """The encoding if tiktoken has it in its cache, named by the SHA-1 of its address, and whole.

    A damaged copy tiktoken would delete and fetch anew, and with an empty name for the cache it fetches each time.
    """
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder == "":
        return None
    cache = Path(folder) if folder else Path(gettempdir()) / "data-gym-cache"
    try:
        kept = (cache / sha1(_ENCODING_URL.encode(), usedforsecurity=False).hexdigest()).read_bytes()
    except OSError:
        return None
    return tiktoken.get_encoding(_ENCODING) if sha256(kept).hexdigest() == _ENCODING_SHA256 else None
