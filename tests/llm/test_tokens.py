"""Counting tokens: exact where the encoding lies at hand, an honest estimate elsewhere, never a fetch and never a crash."""

import os
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from coach.llm import tokens
from coach.llm.tokens import TokenCount, count_tokens

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The empty folder in which tiktoken would look for its encodings."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    tokens._cached_encoding.cache_clear()
    yield tmp_path
    tokens._cached_encoding.cache_clear()


def test_offline_it_is_an_estimate_and_says_so(cache: Path) -> None:
    assert count_tokens("") == TokenCount(0, exact=False)
    assert count_tokens("four words of text") == TokenCount(6, exact=False)
    assert list(cache.iterdir()) == []


@given(text=ANY_TEXT)
def test_any_text_can_be_estimated(text: str) -> None:
    tokens._cached_encoding.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere")
        counted = count_tokens(text)
    tokens._cached_encoding.cache_clear()
    assert not counted.exact
    assert len(text) / 3 <= counted.tokens <= len(text) / 3 + 1


@pytest.mark.parametrize("content", [b"", b"half a download", b"AAAA 0\n"])
def test_a_damaged_copy_is_not_used_and_nothing_is_fetched(cache: Path, content: bytes) -> None:
    """Given a file that is not what it should be, tiktoken deletes it and fetches another, with no timeout."""
    copy = cache / sha1(URL.encode(), usedforsecurity=False).hexdigest()
    copy.write_bytes(content)
    assert not count_tokens("four words of text").exact
    assert copy.read_bytes() == content


def test_where_caching_is_switched_off_nothing_is_fetched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name tells tiktoken to fetch each time."""
    monkeypatch.setattr(tokens, "gettempdir", lambda: str(cache))
    (cache / "data-gym-cache").mkdir()
    (cache / "data-gym-cache" / sha1(URL.encode(), usedforsecurity=False).hexdigest()).write_bytes(b"x")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert os.environ["TIKTOKEN_CACHE_DIR"] == ""
    assert not count_tokens("four words of text").exact


@pytest.fixture
def encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small encoding, one token a byte, in place of the real one, which may not be at hand."""
    bytewise = tiktoken.Encoding(
        "bytewise", pat_str=r"(?s).", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={"<|endoftext|>": 256}
    )
    monkeypatch.setattr(tokens, "_cached_encoding", lambda: bytewise)


@pytest.mark.usefixtures("encoding")
@pytest.mark.parametrize(("text", "count"), [("", 0), ("abc", 3), ("é", 2), ("<|endoftext|>", 13)])
def test_with_the_encoding_at_hand_it_is_exact(text: str, count: int) -> None:
    assert count_tokens(text) == TokenCount(count, exact=True)


@pytest.mark.usefixtures("encoding")
@given(text=ANY_TEXT)
def test_any_text_can_be_counted(text: str) -> None:
    counted = count_tokens(text)
    assert counted.exact
    assert counted.tokens >= len(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
