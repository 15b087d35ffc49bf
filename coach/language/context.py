"""A reply read in its context by a tuned encoder: what each of its sentences adds, and the whole of it.

The encoder sees the last turns and the reply as a pair, with nobody in particular in them and in plain English (`levelled`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from coach.domain import Speaker, Transcript
from coach.language.bert import WIDTH, Array
from coach.language.minilm import packaged, packaged_bert
from coach.language.plain import levelled
from coach.language.text import sentences

_START, _END = 101, 102
# Turns before the reply, and tokens of them and of the reply, that the encoder sees.
TURNS = 3
CONTEXT_TOKENS = 64
REPLY_TOKENS = 128
_AT_ONCE = 8
FEATURES = 3 * WIDTH
_SPEAKERS = {Speaker.CUSTOMER: "client: ", Speaker.TRAINEE: "seller: "}


@dataclass(frozen=True, slots=True)
class Pair:
    """Token ids of the context and of the reply; `sentence` tells of each reply token which sentence it belongs to."""

    context: tuple[int, ...]
    reply: tuple[int, ...]
    sentence: tuple[int, ...]

    @property
    def ids(self) -> list[int]:
        """As the encoder takes them."""
        return [_START, *self.context, _END, *self.reply, _END]

    @property
    def kinds(self) -> list[int]:
        """0 for the context, 1 for the reply."""
        return [0] * (len(self.context) + 2) + [1] * (len(self.reply) + 1)


class Pairs:
    """Turns a reply and what was said before it into token ids."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path) -> "Pairs":
        """With the tokenizer in `folder`."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")))

    def pair(self, history: Transcript, reply: str) -> Pair:
        """The last turns, cut at their beginning, and the reply, cut at its end."""
        context = [i for turn in history.turns[-TURNS:] for i in self._ids(_SPEAKERS[turn.speaker] + levelled(turn.text))]
        parts = enumerate(sentences(reply))
        said = [(i, place) for place, part in parts for i in self._ids(levelled(part.text))][:REPLY_TOKENS]
        return Pair(tuple(context[-CONTEXT_TOKENS:]), tuple(i for i, _ in said), tuple(place for _, place in said))

    def _ids(self, text: str) -> list[int]:
        # The tokenizer takes no halves of surrogate pairs.
        return list(self._tokenizer.encode(text.encode(errors="replace").decode(), add_special_tokens=False).ids)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder made of one reply.

    Attributes:
        whole: shape (1152,): the start token's state, the mean over the reply's tokens, the mean over the context's.
        sentences: shape (sentences, 384): the mean state of each sentence's tokens; zeros where a sentence was cut off.
    """

    whole: Array
    sentences: Array


class ContextReader:
    """Reads replies with an adapter over the packaged weights."""

    def __init__(self, folder: Path, adapter: Mapping[str, Array]) -> None:
        self._pairs = Pairs.load(folder)
        self._bert = packaged_bert(folder).adapted(adapter)

    @classmethod
    def load(cls, adapter: Mapping[str, Array]) -> "ContextReader | None":
        """With the packaged weights; None where their package is absent."""
        folder = packaged()
        return None if folder is None else cls(folder, adapter)

    def read(self, history: Transcript, reply: str) -> Reading:
        """One reply in its context."""
        return self.read_many([(history, reply)])[0]

    def read_many(self, replies: Sequence[tuple[Transcript, str]]) -> list[Reading]:
        """Several replies at once, a few at a time so that memory stays flat; the answers are in the replies' order."""
        return [reading for i in range(0, len(replies), _AT_ONCE) for reading in self._read(replies[i : i + _AT_ONCE])]

    def _read(self, replies: Sequence[tuple[Transcript, str]]) -> list[Reading]:
        pairs = [self._pairs.pair(history, reply) for history, reply in replies]
        length = max(len(pair.ids) for pair in pairs)
        ids, mask, kinds = (np.zeros((len(pairs), length), dtype=np.int64) for _ in range(3))
        for row, pair in enumerate(pairs):
            n = len(pair.ids)
            ids[row, :n], mask[row, :n], kinds[row, :n] = pair.ids, 1, pair.kinds
        states = self._bert.hidden(ids, mask, kinds)
        return [_reading(states[row], pair, len(sentences(reply)))
                for row, (pair, (_, reply)) in enumerate(zip(pairs, replies, strict=True))]


def _reading(states: Array, pair: Pair, count: int) -> Reading:
    split = len(pair.context) + 2
    end = split + len(pair.reply) + 1
    whole = np.concatenate([states[0], states[split:end].mean(axis=0), states[:split].mean(axis=0)])
    places = np.array(pair.sentence, dtype=np.int64)
    said = states[split : end - 1]
    parts = np.zeros((count, WIDTH), dtype=np.float32)
    for place in range(count):
        if (here := places == place).any():
            parts[place] = said[here].mean(axis=0)
    return Reading(whole, parts)
