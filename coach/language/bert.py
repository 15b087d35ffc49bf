"""BERT through numpy: the arithmetic of MiniLM's six layers, with room for a trained low-rank adapter.

The architecture: Devlin et al., "BERT" (2019); the adapter: Hu et al., "LoRA" (2021), merged into the weights as it is put on.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from threadpoolctl import threadpool_limits

from coach.errors import SetupError

Array = NDArray[np.float32]
Ids = NDArray[np.int64]
WIDTH = 384
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Bert:
    """The encoder, ready to run. Immutable: an adapter gives another one, which shares what it does not change."""

    weights: Mapping[str, Array]
    blocks: "tuple[_Block, ...]"
    heads: int
    eps: np.float32

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the packaged weights of all-MiniLM-L6-v2.

        Raises:
            SetupError: they are not the ones we know.
        """
        # More BLAS threads than one slow matrices of this size down, tenfold when the machine is busy.
        threadpool_limits(limits=1, user_api="blas")
        path = folder / "model.safetensors"
        if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
            raise SetupError(f"The weights at {path} are not all-MiniLM-L6-v2 as we know it (SHA-256 differs); "
                             "install them again.")
        weights = {name: np.asarray(a, dtype=np.float32) for name, a in load_file(path).items() if a.dtype.kind == "f"}
        config = json.loads((folder / "config.json").read_text())
        return cls(weights, _blocks(weights, config["num_hidden_layers"]), config["num_attention_heads"],
                   np.float32(config["layer_norm_eps"]))

    def adapted(self, adapter: Mapping[str, Array]) -> "Bert":
        """This encoder with an adapter's changes: of each `NAME.down` (rank, in) and `NAME.up` (out, rank) up @ down is added.

        Args:
            adapter: keys name matrices of the encoder, as in its weights file without ".weight".
        """
        changed = dict(self.weights)
        for key in (key.removesuffix(".up") for key in adapter if key.endswith(".up")):
            changed[f"{key}.weight"] = changed[f"{key}.weight"] + adapter[f"{key}.up"] @ adapter[f"{key}.down"]
        return Bert(self.weights, _blocks(changed, len(self.blocks)), self.heads, self.eps)

    def hidden(self, ids: Ids, mask: Ids, kinds: Ids) -> Array:
        """The last layer's states, shape (texts, tokens, 384).

        Args:
            ids: token ids, shape (texts, tokens).
            mask: 1 where a token stands, 0 where the text is over; states there are 0.
            kinds: 0 for the first part of a pair, 1 for the second.
        """
        w = self.weights
        # The texts one behind the other, without the padding: only attention needs to know where each ends.
        stands = mask.astype(bool)
        ends = np.cumsum(stands.sum(axis=1)).tolist()
        texts = [slice(start, end) for start, end in pairwise((0, *ends))]
        places = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)[stands]
        x = (w["embeddings.word_embeddings.weight"][ids[stands]] + w["embeddings.position_embeddings.weight"][places]
             + w["embeddings.token_type_embeddings.weight"][kinds[stands]])
        x = _norm(x, w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"], self.eps)
        for block in self.blocks:
            # One product for queries, keys and values: (3, heads, tokens, width of a head).
            qkv = (x @ block.qkv + block.qkv_bias).reshape(len(x), 3, self.heads, -1).transpose(1, 2, 0, 3)
            mixed = np.concatenate([_attention(*qkv[:, :, text]) for text in texts]) if texts else x
            x = _norm(x + (mixed @ block.out + block.out_bias), block.norm1, block.norm1_bias, self.eps)
            inner = _gelu(x @ block.up + block.up_bias)
            x = _norm(x + (inner @ block.down + block.down_bias), block.norm2, block.norm2_bias, self.eps)
        states = np.zeros((*ids.shape, WIDTH), dtype=np.float32)
        states[stands] = x
        return states


def _attention(queries: Array, keys: Array, values: Array) -> Array:
    """Scaled dot-product attention within one text, each (heads, tokens, width of a head); gives (tokens, 384)."""
    scores = queries @ keys.transpose(0, 2, 1) * np.float32(1 / math.sqrt(queries.shape[-1]))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    return np.asarray((scores @ values).transpose(1, 0, 2), dtype=np.float32).reshape(queries.shape[1], WIDTH)


def _blocks(weights: Mapping[str, Array], layers: int) -> "tuple[_Block, ...]":
    return tuple(_Block.read(weights, f"encoder.layer.{i}") for i in range(layers))


@dataclass(frozen=True, slots=True)
class _Block:
    """The weights of one layer, turned so that the products run over contiguous memory (twice as fast)."""

    qkv: Array
    qkv_bias: Array
    out: Array
    out_bias: Array
    norm1: Array
    norm1_bias: Array
    up: Array
    up_bias: Array
    down: Array
    down_bias: Array
    norm2: Array
    norm2_bias: Array

    @classmethod
    def read(cls, w: Mapping[str, Array], at: str) -> "_Block":
        def turned(*names: str) -> Array:
            return np.ascontiguousarray(np.concatenate([w[f"{at}.{name}.weight"] for name in names]).T)

        def bias(*names: str) -> Array:
            return np.concatenate([w[f"{at}.{name}.bias"] for name in names])

        parts = ("attention.self.query", "attention.self.key", "attention.self.value")
        out, norm1 = "attention.output.dense", "attention.output.LayerNorm"
        up, down, norm2 = "intermediate.dense", "output.dense", "output.LayerNorm"
        return cls(
            turned(*parts), bias(*parts), turned(out), bias(out), w[f"{at}.{norm1}.weight"], bias(norm1),
            turned(up), bias(up), turned(down), bias(down), w[f"{at}.{norm2}.weight"], bias(norm2),
        )


def _norm(x: Array, weight: Array, bias: Array, eps: np.float32) -> Array:
    """Layer normalisation over the last axis."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred)[:, None] / np.float32(x.shape[-1])
    return np.asarray(centred / np.sqrt(variance + eps) * weight + bias, dtype=np.float32)


def _gelu(x: Array) -> Array:
    """The Gaussian error linear unit, by the tanh form of Hendrycks and Gimpel (2016), within 5e-4 of the exact one."""
    inner = x * x
    inner *= np.float32(0.044715)
    inner += 1
    inner *= x
    inner *= np.float32(math.sqrt(2 / math.pi))
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= np.float32(0.5)
    return inner
