"""Packs the weights of a trained encoder for serving: int8 per output channel with float32 scales for the matrices (per row for
the word embedding), float32 for the rest. The file is what detectors/runtime/encoder-weights.ts reads.

    python training/encoder/pack.py trained.safetensors models/encoder/model.safetensors --vocabulary vocab.txt
"""

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

FORMAT = "assay-encoder-1"
# What some checkpoints carry besides, and serving has no use for.
UNUSED = re.compile(r"^pooler\.|\.position_ids$")
PREFIX = re.compile(r"^(?:bert|model|encoder\.bert)\.(?=embeddings|encoder|pooler)")


def quantise(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 values and the float32 scale of each row: value * scale differs from the weight by half a scale at most."""
    scale = (np.abs(matrix).max(axis=1) / 127).astype(np.float32)
    scale[scale == 0] = 1
    values = np.rint(matrix / scale[:, None]).clip(-127, 127).astype(np.int8)
    return values, scale


def is_matrix(name: str) -> bool:
    """The linears and the word embedding; the head is too small to be worth it, positions and segments are added once."""
    return name == "embeddings.word_embeddings.weight" or (
        name.startswith("encoder.layer.") and name.endswith(".weight") and "LayerNorm" not in name
    )


def pack(tensors: dict[str, np.ndarray], positions: int) -> dict[str, np.ndarray]:
    """The tensors of the packed file."""
    packed: dict[str, np.ndarray] = {}
    for long_name, tensor in tensors.items():
        name = PREFIX.sub("", long_name)
        if UNUSED.search(name):
            continue
        values = np.ascontiguousarray(tensor, dtype=np.float32)
        if not np.isfinite(values).all():
            raise SystemExit(f"expected finite numbers in {name}")
        if is_matrix(name):
            packed[name], packed[f"{name}.scale"] = quantise(values)
        elif name == "embeddings.position_embeddings.weight":
            packed[name] = np.ascontiguousarray(values[:positions])
        else:
            packed[name] = values
    return packed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", help="safetensors with float weights under BERT's names, with head.weight and head.bias")
    parser.add_argument("packed", help="file to write")
    parser.add_argument("--vocabulary", required=True, help="vocab.txt; its hash goes into the file, so that none else is served")
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--epsilon", default="1e-12", help="of the layer norms")
    parser.add_argument("--positions", type=int, default=128, help="pieces of the longest window, with [CLS] and [SEP]")
    options = parser.parse_args()
    packed = pack(load_file(options.trained), options.positions)
    for needed in ("head.weight", "head.bias"):
        if needed not in packed:
            raise SystemExit(f"expected {needed} among the weights, found none")
    metadata = {
        "format": FORMAT,
        "heads": str(options.heads),
        "layer_norm_eps": options.epsilon,
        "vocabulary_sha256": hashlib.sha256(Path(options.vocabulary).read_bytes()).hexdigest(),
    }
    save_file(packed, options.packed, metadata)


if __name__ == "__main__":
    main()
