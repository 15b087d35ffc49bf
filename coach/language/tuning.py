"""Trains the adapter with which `ContextReader` reads replies. Needs torch, which `make tune` brings; never used at run time.

Low-rank adaptation (Hu et al., "LoRA", 2021) of every matrix of the packaged MiniLM, with one linear head over what
`ContextReader` gives, for several targets at once, each between 0 and 1.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from coach.language.bert import WIDTH, Array, Bert
from coach.language.context import FEATURES, Pair

Progress = Callable[[int, int], None]
_PARTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
          "intermediate.dense", "output.dense")
_WARM_UP = 0.1
_BATCH = 16
_DROPOUT = 0.1


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; every default was chosen by cross-validation over the training groups."""

    rank: int = 16
    epochs: int = 4
    rate: float = 1e-3
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Tuned:
    """A trained adapter and its head.

    Attributes:
        adapter: see `Bert.adapted`.
        head: shape (1152, targets); `bias`: shape (targets,). Their outputs are logits.
    """

    adapter: dict[str, Array]
    head: Array
    bias: Array


class _Adapted(nn.Module):
    """One matrix of the encoder with its low-rank change; the matrix itself stays as it is."""

    def __init__(self, weight: Array, bias: Array, rank: int) -> None:
        super().__init__()
        self.weight, self.bias = torch.from_numpy(weight.copy()), torch.from_numpy(bias.copy())
        self.down = nn.Parameter(torch.randn(rank, weight.shape[1]) / math.sqrt(weight.shape[1]))
        self.up = nn.Parameter(torch.zeros(weight.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias) + functional.linear(functional.linear(x, self.down), self.up)


class _Encoder(nn.Module):
    """`Bert.hidden` and the pooling of `ContextReader`, differentiable."""

    def __init__(self, bert: Bert, targets: int, rank: int) -> None:
        super().__init__()
        self._heads, self._eps = bert.heads, float(bert.eps)
        self._w = {name: torch.from_numpy(array) for name, array in bert.weights.items()}
        self.layers = nn.ModuleDict({
            self._key(layer, part): _Adapted(bert.weights[f"encoder.layer.{layer}.{part}.weight"],
                                             bert.weights[f"encoder.layer.{layer}.{part}.bias"], rank)
            for layer in range(len(bert.blocks)) for part in _PARTS})
        self._depth = len(bert.blocks)
        self.head = nn.Linear(FEATURES, targets)

    @staticmethod
    def _key(layer: int, part: str) -> str:
        return f"encoder.layer.{layer}.{part}".replace(".", "/")

    def _norm(self, x: Tensor, at: str) -> Tensor:
        return functional.layer_norm(x, (WIDTH,), self._w[f"{at}.weight"], self._w[f"{at}.bias"], self._eps)

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> Tensor:
        w = self._w
        x = (functional.embedding(ids, w["embeddings.word_embeddings.weight"])
             + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
             + functional.embedding(kinds, w["embeddings.token_type_embeddings.weight"]))
        x = functional.dropout(self._norm(x, "embeddings.LayerNorm"), _DROPOUT, self.training)
        hidden = torch.zeros_like(mask, dtype=torch.float).masked_fill(mask == 0, -1e9)[:, None, None, :]
        for layer in range(self._depth):
            x = self._block(x, hidden, layer)
        mine, theirs = kinds * mask, (1 - kinds) * mask
        whole = torch.cat([x[:, 0], _mean(x, mine), _mean(x, theirs)], 1)
        said: Tensor = self.head(functional.dropout(whole, _DROPOUT, self.training))
        return said

    def _block(self, x: Tensor, hidden: Tensor, layer: int) -> Tensor:
        q, k, v, out, up, down = (self.layers[self._key(layer, part)] for part in _PARTS)
        batch, length, _ = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(batch, length, self._heads, -1).transpose(1, 2)

        # By hand: in half precision on a processor torch's own attention is four times slower backwards.
        scores = split(q(x)) @ split(k(x)).transpose(-1, -2) / math.sqrt(WIDTH // self._heads)
        mixed = (scores + hidden.to(scores.dtype)).softmax(-1) @ split(v(x))
        at = f"encoder.layer.{layer}"
        x = self._norm(x + out(mixed.transpose(1, 2).reshape(batch, length, WIDTH)), f"{at}.attention.output.LayerNorm")
        return self._norm(x + down(functional.gelu(up(x))), f"{at}.output.LayerNorm")

    def tuned(self) -> Tuned:
        """The adapter and the head as plain arrays."""
        adapter = {}
        for key, layer in self.layers.items():
            for part in ("down", "up"):
                adapter[f"{key.replace('/', '.')}.{part}"] = getattr(layer, part).detach().numpy().copy()
        return Tuned(adapter, self.head.weight.detach().numpy().T.copy(), self.head.bias.detach().numpy().copy())


def _mean(x: Tensor, where: Tensor) -> Tensor:
    weights = where.float()
    return (x * weights[..., None]).sum(1) / weights.sum(1, keepdim=True).clamp(min=1)


def tune(bert: Bert, pairs: Sequence[Pair], targets: NDArray[np.float32], scales: int, recipe: Recipe,
         progress: Progress | None = None) -> Tuned:
    """Train on `pairs`.

    Args:
        bert: the encoder to adapt.
        pairs: what to read.
        targets: shape (pairs, targets), each 0 to 1. The first `scales` are amounts (squared error), the others are
            yes or no (cross-entropy).
        scales: how many targets are amounts.
        recipe: how to train. The same recipe, data and machine give the same adapter.
        progress: told of each step.
    """
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)  # at this size more threads only wait for one another
    order = np.random.default_rng(recipe.seed)
    net = _Encoder(bert, targets.shape[1], recipe.rank)
    body = [parameter for name, parameter in net.named_parameters() if not name.startswith("head")]
    groups = [{"params": body, "lr": recipe.rate}, {"params": list(net.head.parameters()), "lr": 1e-3}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = recipe.epochs * math.ceil(len(pairs) / _BATCH)

    def pace(step: int) -> float:
        return min((step + 1) / (_WARM_UP * steps), max(0.0, (steps - step) / ((1 - _WARM_UP) * steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    wanted = torch.from_numpy(targets)
    net.train()
    done = 0
    for _ in range(recipe.epochs):
        for chosen in _batches([len(pair.ids) for pair in pairs], order):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = net(*_tensors([pairs[i] for i in chosen]))
            got, truth = logits.float(), wanted[chosen]
            amounts = functional.mse_loss(torch.sigmoid(got[:, :scales]), truth[:, :scales])
            loss = 4 * amounts + functional.binary_cross_entropy_with_logits(got[:, scales:], truth[:, scales:])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            if progress is not None:
                progress(done, steps)
    return net.tuned()


def _batches(lengths: Sequence[int], order: np.random.Generator) -> list[list[int]]:
    """Batches of like length, so that little is padding, in a drawn order."""
    drawn = order.permutation(len(lengths))
    batches = []
    for i in range(0, len(drawn), _BATCH * 16):
        near = sorted(drawn[i : i + _BATCH * 16].tolist(), key=lambda j: lengths[j])
        batches += [near[k : k + _BATCH] for k in range(0, len(near), _BATCH)]
    return [batches[i] for i in order.permutation(len(batches))]


def _tensors(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    length = max(len(pair.ids) for pair in pairs)
    filled = np.zeros((3, len(pairs), length), dtype=np.int64)
    for row, pair in enumerate(pairs):
        n = len(pair.ids)
        filled[:, row, :n] = pair.ids, [1] * n, pair.kinds
    ids, mask, kinds = torch.from_numpy(filled)
    return ids, mask, kinds
