"""Trains one encoder: on all sources, or on all but a group of them, and scores the texts that it did not learn from.

  python training/encoder/train.py --start DIR --out DIR [--leave-out 0..4] [--layers 6] [--tokens N] [--seed S]

Reads .cache/encoder/texts.jsonl (training/encoder/export.ts). Writes to --out: model.safetensors, scores.jsonl (id, logit) and run.json.
Resumes from --out/checkpoint.pt. On two cores with BF16 about 4,500 tokens/s with six layers; without BF16 a quarter of that."""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from model import Encoder
from texts import Texts, batches, neighbours, padded, windows

options = argparse.ArgumentParser()
options.add_argument("--start", required=True, help="folder with model.safetensors and vocab.txt of the start weights")
options.add_argument("--out", required=True)
options.add_argument("--texts", default=".cache/encoder/texts.jsonl")
options.add_argument("--leave-out", type=int, default=-1)
options.add_argument("--layers", type=int, default=3)
options.add_argument("--tokens", type=int, default=8_000_000)
options.add_argument("--batch", type=int, default=8192)
options.add_argument("--rate", type=float, default=3e-4)
options.add_argument("--decay-by-layer", type=float, default=0.85)
options.add_argument("--average-from", type=float, default=1.0, help="share of the training after which the weights of every step are averaged; 1: the last ones count alone")
options.add_argument("--seed", type=int, default=20_262)
options.add_argument("--held", type=int, default=400, help="texts scored per left-out source, class, length and split")
options.add_argument("--known", type=int, default=60, help="the same of known sources")
args = options.parse_args()

EVERY = 240  # seconds between checkpoints
started = time.time()
os.makedirs(args.out, exist_ok=True)
torch.manual_seed(args.seed)
at = lambda name: os.path.join(args.out, name)
vocab = os.path.join(args.start, "vocab.txt")
say = lambda text: print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

texts = Texts(args.texts, vocab)
say(f"{len(texts.rows)} texts")
picks = range(args.layers)
model = Encoder(args.layers)
model.read(os.path.join(args.start, "model.safetensors"), picks)
torch.nn.init.normal_(model.head.weight, std=0.02)
torch.nn.init.zeros_(model.head.bias)
table = neighbours(model.word.weight.detach(), vocab)

# Weights live in FP32; the passes run in BF16 on a copy.
trained = model.trained()
depth = {id(p): i for i, layer in enumerate(model.layers) for p in layer.parameters()}
master = [p.detach().clone().float() for p in trained]
groups = [
    {"params": [m], "scale": args.decay_by_layer ** (args.layers - 1 - depth.get(id(p), args.layers - 1 if "head" in n else 0)),
     "weight_decay": 0.01 if p.dim() > 1 else 0.0}
    for m, p, n in zip(master, trained, [n for n, p in model.named_parameters() if any(p is t for t in trained)])
]
optimiser = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.98))
model.bfloat16()
trained = model.trained()

learn = np.array([row["learn"] and row["fold"] != args.leave_out for row in texts.rows])
learnt = np.flatnonzero(learn)
importance = np.array([row["importance"] for row in texts.rows])
say(f"{len(learnt)} to learn from")

done, spent = 0, 0.0
average, averaged = [m.clone() for m in master], 0
if os.path.exists(at("checkpoint.pt")):
    kept = torch.load(at("checkpoint.pt"))
    done, spent = kept["steps"], kept["seconds"]
    optimiser.load_state_dict(kept["optimiser"])
    average, averaged = kept["average"], kept["averaged"]
    with torch.no_grad():
        for m, p, value in zip(master, trained, kept["master"]):
            m.copy_(value)
            p.copy_(value)
    say(f"goes on after step {done}")

WARM = 0.06
# The rate falls to nothing; where weights are averaged, to a share of it only, so that what is averaged still moves.
LAST_RATE = 0.0 if args.average_from >= 1 else 0.25
model.train()
mean, saved, trained_for = 0.0, time.time(), time.time()
step = 0
for ids, mask, labels, progress in batches(texts, learnt, importance, table, args.tokens, args.batch, args.seed):
    step += 1
    if step <= done:
        continue
    torch.manual_seed(args.seed + step)
    rate = args.rate * min(1.0, progress / WARM) * max(LAST_RATE, 1.0 - progress)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["scale"]
    loss = F.binary_cross_entropy_with_logits(model(ids, mask), labels)
    loss.backward()
    for m, p in zip(master, trained):
        m.grad = p.grad.float()
        p.grad = None
    torch.nn.utils.clip_grad_norm_(master, 1.0)
    optimiser.step()
    with torch.no_grad():
        for m, p in zip(master, trained):
            p.copy_(m)
        if progress >= args.average_from:
            averaged += 1
            for a, m in zip(average, master):
                a.lerp_(m, 1 / averaged)
    mean = loss.item() if step == done + 1 else 0.97 * mean + 0.03 * loss.item()
    if step % 25 == 0:
        say(f"step {step} at {100 * progress:.1f}%: loss {mean:.4f}, {time.time() - trained_for + spent:.0f} s")
    if time.time() - saved > EVERY:
        torch.save({"steps": step, "seconds": spent + time.time() - trained_for, "master": master, "average": average, "averaged": averaged, "optimiser": optimiser.state_dict()}, at("checkpoint.part"))
        os.replace(at("checkpoint.part"), at("checkpoint.pt"))
        saved = time.time()
seconds = spent + time.time() - trained_for

model.float()
with torch.no_grad():
    for m, p in zip(average if averaged > 0 else master, model.trained()):
        p.copy_(m)
model.write(at("model.safetensors"))
say(f"trained in {seconds:.0f} s")

# What this model has not seen: of the sources left out enough for every rate that is asked for; of known sources enough of `valid`
# and `calib` to tell how confident this model is (training/encoder/temperature).
rng = np.random.default_rng(args.seed)
counts, chosen = {}, []
for i in rng.permutation(len(texts.rows)):
    row = texts.rows[i]
    left = row["fold"] == args.leave_out and (not row["added"] or row["nonnative"])
    held = row["split"] in ("valid", "calib")
    if not (left or held) or row["demo"]:
        continue
    cell = (row["source"], row["machine"], row["words"] >= 50, row["split"])
    counts[cell] = counts.get(cell, 0) + 1
    if counts[cell] <= (args.held if left else args.known):
        chosen.append(int(i))
model.eval().bfloat16()
jobs = sorted(((len(part), i, part) for i in chosen for part in windows(texts.pieces[i]) if len(part)), key=lambda job: job[0])
logits = {}
with torch.no_grad():
    for first in range(0, len(jobs), 64):
        some = jobs[first : first + 64]
        ids, mask = padded([part for _, _, part in some])
        for (_, i, _), logit in zip(some, model(ids, mask).tolist()):
            logits.setdefault(i, []).append(logit)
with open(at("scores.jsonl"), "w", encoding="utf8") as out:
    for i in chosen:
        if i in logits:
            out.write(json.dumps({"id": texts.rows[i]["id"], "logit": round(sum(logits[i]) / len(logits[i]), 5), "pieces": len(texts.pieces[i])}) + "\n")
with open(at("run.json"), "w", encoding="utf8") as out:
    json.dump({**vars(args), "start": os.path.basename(args.start), "steps": step, "texts": len(learnt), "seconds": round(seconds), "all": round(time.time() - started), "torch": torch.__version__, "threads": torch.get_num_threads()}, out, indent=2)
say(f"{len(logits)} texts scored, {time.time() - started:.0f} s in all")
