"""The encoder: BERT layers (MiniLM's shape), mean over the tokens, one logit. Plain matrix products instead of fused attention, whose
backward pass takes a third of the time on a CPU at these lengths. Names of tensors on disk are those of BERT checkpoints."""
import math

import torch
from safetensors.torch import load_file, save_file
from torch import nn
import torch.nn.functional as F

HIDDEN, HEADS, INNER, VOCAB, POSITIONS = 384, 12, 1536, 30522, 512
PARTS = ("query", "key", "value")


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = nn.Linear(HIDDEN, INNER)
        self.down = nn.Linear(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x, bias):
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        weight = (q / math.sqrt(HIDDEN // HEADS)) @ k.transpose(-1, -2)
        if bias is not None:
            weight = weight + bias
        mixed = torch.softmax(weight, -1) @ v
        x = self.norm1(x + self.out(mixed.transpose(1, 2).reshape(b, t, HIDDEN)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Encoder(nn.Module):
    def __init__(self, layers, dropout=0.1):
        super().__init__()
        self.word = nn.Embedding(VOCAB, HIDDEN)
        self.position = nn.Embedding(POSITIONS, HIDDEN)
        self.kind = nn.Embedding(2, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.head = nn.Linear(HIDDEN, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids, mask):
        """ids, mask: [batch, tokens]; returns [batch] logits, positive = machine."""
        x = self.norm(self.word(ids) + self.position.weight[: ids.shape[1]] + self.kind.weight[0])
        bias = None if mask.all() else (mask[:, None, None, :].to(x.dtype) - 1) * 1e4
        for layer in self.layers:
            x = layer(x, bias)
        x = x.float()
        held = mask[..., None].float()
        pooled = (x * held).sum(1) / held.sum(1)
        return F.linear(self.dropout(pooled), self.head.weight.float(), self.head.bias.float()).squeeze(-1)

    def trained(self):
        """Word, position and kind embeddings stay as they were: a small corpus would bend only the words it knows."""
        fixed = {id(p) for e in (self.word, self.position, self.kind) for p in e.parameters()}
        return [p for p in self.parameters() if id(p) not in fixed]

    def names(self):
        """(name on disk, tensor) of every weight; query, key and value are one tensor here and three there."""
        yield "embeddings.word_embeddings.weight", self.word.weight
        yield "embeddings.position_embeddings.weight", self.position.weight
        yield "embeddings.token_type_embeddings.weight", self.kind.weight
        for end in ("weight", "bias"):
            yield f"embeddings.LayerNorm.{end}", getattr(self.norm, end)
            yield f"head.{end}", getattr(self.head, end)
            for i, layer in enumerate(self.layers):
                at = f"encoder.layer.{i}"
                for part, value in zip(PARTS, getattr(layer.qkv, end).chunk(3)):
                    yield f"{at}.attention.self.{part}.{end}", value
                yield f"{at}.attention.output.dense.{end}", getattr(layer.out, end)
                yield f"{at}.attention.output.LayerNorm.{end}", getattr(layer.norm1, end)
                yield f"{at}.intermediate.dense.{end}", getattr(layer.up, end)
                yield f"{at}.output.dense.{end}", getattr(layer.down, end)
                yield f"{at}.output.LayerNorm.{end}", getattr(layer.norm2, end)

    @torch.no_grad()
    def read(self, file, pick=None):
        """Start weights or a trained model; `pick` chooses which layers of the file become layers of this one."""
        stored = load_file(file)
        pick = pick or range(len(self.layers))
        for name, tensor in self.names():
            parts = name.split(".")
            if parts[0] == "encoder":
                parts[2] = str(pick[int(parts[2])])
            found = stored.get(".".join(parts))
            if found is None and parts[0] == "head":
                continue
            tensor.copy_(found)

    def write(self, file):
        save_file({name: tensor.detach().float().contiguous().clone() for name, tensor in self.names()}, file)
