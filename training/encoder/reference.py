"""The encoder in PyTorch, from a packed file: the forward pass every engine is compared with. Float32, written out, no library's
idea of BERT in between.

    python training/encoder/reference.py models/encoder/model.safetensors < windows.jsonl > logits.jsonl

reads one window of ids a line, `[101, …, 102]`, and writes its logit. With `--shares` behind the file, the shares of its pieces
instead: what the head makes of each piece's last state, divided by their number; they sum to the logit.
"""

import json
import math
import sys

import torch
from safetensors import safe_open


class Encoder:
    def __init__(self, path: str) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        with safe_open(path, "pt") as file:
            self.metadata = file.metadata()
            for name in file.keys():
                self.tensors[name] = file.get_tensor(name).float()
        self.heads = int(self.metadata["heads"])
        self.epsilon = float(self.metadata["layer_norm_eps"])
        self.layers = len({name.split(".")[2] for name in self.tensors if name.startswith("encoder.layer.")})

    def matrix(self, name: str) -> torch.Tensor:
        return self.tensors[name] * self.tensors[f"{name}.scale"][:, None]

    def linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return x @ self.matrix(f"{name}.weight").T + self.tensors[f"{name}.bias"]

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return torch.nn.functional.layer_norm(x, x.shape[-1:], weight, bias, self.epsilon)

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        words = self.matrix("embeddings.word_embeddings.weight")[ids]
        places = self.tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        segment = self.tensors["embeddings.token_type_embeddings.weight"][0]
        return self.norm(words + places + segment, "embeddings.LayerNorm")

    def layer(self, x: torch.Tensor, counted: torch.Tensor, name: str) -> torch.Tensor:
        batch, length, hidden = x.shape

        def heads(part: str) -> torch.Tensor:
            split = self.linear(x, f"{name}.attention.self.{part}").view(batch, length, self.heads, -1)
            return split.transpose(1, 2)

        scores = heads("query") @ heads("key").transpose(2, 3) / math.sqrt(hidden / self.heads)
        weights = scores.masked_fill(counted[:, None, None, :] == 0, -1e9).softmax(-1)
        joined = (weights @ heads("value")).transpose(1, 2).reshape(batch, length, hidden)
        x = self.norm(self.linear(joined, f"{name}.attention.output.dense") + x, f"{name}.attention.output.LayerNorm")
        inner = torch.nn.functional.gelu(self.linear(x, f"{name}.intermediate.dense"))
        return self.norm(self.linear(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")

    @torch.inference_mode()
    def shares(self, window: list[int]) -> list[float]:
        """One number a piece of a single window."""
        x = self.embed(torch.tensor([window]))
        counted = torch.ones(1, len(window))
        for number in range(self.layers):
            x = self.layer(x, counted, f"encoder.layer.{number}")
        headed = x[0] @ self.tensors["head.weight"].T + self.tensors["head.bias"]
        return (headed[:, 0] / len(window)).tolist()

    @torch.inference_mode()
    def logits(self, windows: list[list[int]]) -> list[float]:
        """One logit a window; windows of a batch are padded to the longest."""
        longest = max(map(len, windows))
        ids = torch.tensor([window + [0] * (longest - len(window)) for window in windows])
        counted = torch.tensor([[1.0] * len(window) + [0.0] * (longest - len(window)) for window in windows])
        x = self.embed(ids)
        for number in range(self.layers):
            x = self.layer(x, counted, f"encoder.layer.{number}")
        pooled = (x * counted[:, :, None]).sum(1) / counted.sum(1, keepdim=True)
        return (pooled @ self.tensors["head.weight"].T + self.tensors["head.bias"])[:, 0].tolist()


if __name__ == "__main__":
    encoder = Encoder(sys.argv[1])
    for line in sys.stdin:
        window = json.loads(line)
        print(json.dumps(encoder.shares(window) if "--shares" in sys.argv else encoder.logits([window])[0]))
