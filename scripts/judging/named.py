"""Any sentence-transformers CrossEncoder by name or folder → a judge: safetensors only, no remote code."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from sentence_transformers import CrossEncoder

from indexer.errors import ModelError

TOGETHER = 32


def named_judge(name: str) -> Callable[[Sequence[tuple[str, str]]], list[float]]:
    """Pairs of question and passage → log-odds. Raises ModelError where there is no such model with one output."""
    torch.set_num_threads(1)
    try:
        model: Any = CrossEncoder(
            name, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}, max_length=512
        )
    except (OSError, ValueError) as fault:
        raise ModelError(f"{name} is no CrossEncoder that can be opened: {str(fault).splitlines()[0]}") from fault
    if model.num_labels != 1:
        raise ModelError(f"{name} has {model.num_labels} outputs; a judge has one.")

    def judge(pairs: Sequence[tuple[str, str]]) -> list[float]:
        said = model.predict(list(pairs), batch_size=TOGETHER, activation_fn=torch.nn.Identity())
        return [float(value) for value in said]

    return judge
