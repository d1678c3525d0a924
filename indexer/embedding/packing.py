"""A sentence-transformers pipeline that reads texts laid end to end, so that no padding is computed.

Nearly all of a model treats each token by itself and need not know where a text ends. Attention must: for it alone the
tokens are put into rows, a text a row. `feeding.end_to_end` says which token stands where.
"""

from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

NAME = "end_to_end"


class Packed(torch.nn.Module):
    """From token ids to a vector a text and the vectors of its tokens. Right only for models that `export` tried."""

    def __init__(self, model: SentenceTransformer) -> None:
        """Take the model apart; it reads in no other way from then on."""
        super().__init__()
        first: Any = model[0]
        self.reader = first.model
        self.rest: Any = torch.nn.ModuleList(list(model)[1:])
        self.reader.set_attn_implementation(NAME)

    def forward(
        self,
        input_ids: torch.Tensor,
        position_ids: torch.Tensor,
        cells: torch.Tensor,
        places: torch.Tensor,
        attention_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """A vector a text, and the vectors of each text's tokens, padded."""
        _rows.cells, _rows.places, _rows.mask = cells, places, attention_mask[:, None, None, :].bool()
        read = self.reader(input_ids=input_ids.unsqueeze(0), position_ids=position_ids.unsqueeze(0))
        told = {"token_embeddings": read.last_hidden_state.squeeze(0)[places], "attention_mask": attention_mask}
        for module in self.rest:
            told = module(told)
        return torch.nn.functional.normalize(told["sentence_embedding"], dim=1), told["token_embeddings"]


class _Rows:
    """Where tokens stand during one call: attention functions are told nothing that the model does not know."""

    cells: torch.Tensor
    places: torch.Tensor
    mask: torch.Tensor


_rows = _Rows()


def _attention(  # noqa: PLR0913  # transformers calls it so
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention within each row: (1, heads, tokens, width) → (1, tokens, heads, width)."""
    wanted, held, told = (each.transpose(1, 2).squeeze(0)[_rows.places].transpose(1, 2) for each in (query, key, value))
    seen = torch.nn.functional.scaled_dot_product_attention(wanted, held, told, attn_mask=_rows.mask, scale=scaling)
    return seen.transpose(1, 2).flatten(0, 1)[_rows.cells].unsqueeze(0), None


ALL_ATTENTION_FUNCTIONS.register(NAME, _attention)
