"""Texts as word pieces, and the random crops that are learnt from. Tokenised once; everything random comes from one seeded generator."""
import json

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer

from windows import WINDOW_PIECES, window_starts

CLS, SEP, MASK, PAD = 101, 102, 103, 0


def tokenizer(vocab):
    return BertWordPieceTokenizer(vocab, lowercase=True)


class Texts:
    """Rows of the export, their pieces, and the pieces of their attacked twins."""

    def __init__(self, file, vocab):
        with open(file, encoding="utf8") as lines:
            self.rows = [json.loads(line) for line in lines]
        wordpiece = tokenizer(vocab)
        encode = lambda texts: [np.array(e.ids, dtype=np.int32) for e in wordpiece.encode_batch(texts, add_special_tokens=False)]
        self.pieces = encode([row.pop("text") for row in self.rows])
        with_twin = [i for i, row in enumerate(self.rows) if "attacked" in row]
        self.twins = dict(zip(with_twin, encode([self.rows[i].pop("attacked") for i in with_twin])))
        self.labels = np.array([row["machine"] for row in self.rows], dtype=np.float32)


def windows(pieces):
    """The windows that serving reads (windows.py), without their marks."""
    return [pieces[start : start + WINDOW_PIECES] for start in window_starts(len(pieces))]


def neighbours(embeddings, vocab, nearest=4):
    """For whole lower-case words their nearest other whole words by cosine of the start weights' embeddings: stand-ins for synonyms."""
    with open(vocab, encoding="utf8") as lines:
        words = [line.rstrip("\n") for line in lines]
    chosen = [i for i, word in enumerate(words) if word.isalpha() and word.isascii() and len(word) > 2]
    unit = torch.nn.functional.normalize(embeddings[chosen].float(), dim=1)
    table = np.zeros((len(words), nearest), dtype=np.int32)
    for first in range(0, len(chosen), 2000):
        close = (unit[first : first + 2000] @ unit.T).topk(nearest + 1).indices[:, 1:]
        table[chosen[first : first + 2000]] = np.array(chosen, dtype=np.int32)[close.numpy()]
    return table


def crop(pieces, rng):
    """A stretch of the text: short ones whole, of longer ones anything from a dozen pieces to a window."""
    n = len(pieces)
    roll = rng.random()
    if n <= 24 or (n <= WINDOW_PIECES and roll > 0.6):
        size = n
    elif roll < 0.3:
        size = int(rng.integers(12, 49))
    elif roll < 0.7:
        size = int(rng.integers(48, 97))
    else:
        size = WINDOW_PIECES
    size = min(n, size, WINDOW_PIECES)
    start = 0 if rng.random() < 0.4 else int(rng.integers(0, n - size + 1))
    return pieces[start : start + size]


def disturb(pieces, rng, table):
    """Near synonyms in some crops, blanked pieces in others."""
    roll = rng.random()
    if roll < 0.2:
        pieces = pieces.copy()
        hit = (rng.random(len(pieces)) < rng.uniform(0.05, 0.25)) & (table[pieces, 0] > 0)
        pieces[hit] = table[pieces[hit], rng.integers(0, table.shape[1], hit.sum())]
    elif roll < 0.4:
        pieces = pieces.copy()
        pieces[rng.random(len(pieces)) < 0.1] = MASK
    return pieces


def batches(texts, learnt, importance, table, tokens, per_batch, seed):
    """Batches of about `per_batch` tokens until `tokens` are used: a text is drawn as often as it is important, crops of like length
    go together, and the order of batches is random. Deterministic for a seed; a resumed run skips what it has done."""
    rng = np.random.default_rng(seed)
    rate = importance[learnt] / importance[learnt].mean()
    used = 0
    while used < tokens:
        drawn = np.repeat(learnt, np.floor(rate * 0.25 + rng.random(len(learnt))).astype(int))
        rng.shuffle(drawn)
        crops = []
        for i in drawn:
            twin = texts.twins.get(i)
            source = twin if twin is not None and rng.random() < 0.45 else texts.pieces[i]
            if len(source):
                crops.append((disturb(crop(source, rng), rng, table), texts.labels[i]))
        # Lengths with some noise, so that a batch is not all of one length exactly.
        crops.sort(key=lambda one: len(one[0]) + rng.uniform(0, 6))
        parts, start = [], 0
        while start < len(crops):
            end, longest = start, 0
            while end < len(crops) and max(longest, len(crops[end][0]) + 2) * (end - start + 1) <= per_batch:
                longest = max(longest, len(crops[end][0]) + 2)
                end += 1
            parts.append(crops[start:end])
            start = end
        rng.shuffle(parts_order := list(range(len(parts))))
        for at in parts_order:
            ids, mask = padded([pieces for pieces, _ in parts[at]])
            used += ids.numel()
            yield ids, mask, torch.tensor([label for _, label in parts[at]]), min(1.0, used / tokens)
            if used >= tokens:
                return


def padded(crops):
    longest = max(len(pieces) for pieces in crops) + 2
    ids = np.full((len(crops), longest), PAD, dtype=np.int64)
    mask = np.zeros((len(crops), longest), dtype=bool)
    for row, pieces in enumerate(crops):
        ids[row, 0], ids[row, len(pieces) + 1] = CLS, SEP
        ids[row, 1 : len(pieces) + 1] = pieces
        mask[row, : len(pieces) + 2] = True
    return torch.from_numpy(ids), torch.from_numpy(mask)
