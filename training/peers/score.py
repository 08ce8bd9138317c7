"""Scores the held-out texts of valid and calib (50 words and more) with detectors that anyone can install, for the comparison in
docs/evaluation.md. Reads .cache/encoder/texts.jsonl (training/encoder/export.ts), writes .cache/peers/scores.jsonl: id and score by peer.

    pip install -r training/peers/requirements.txt && python training/peers/score.py

is-it-slop's wheel wants glibc 2.38; on an older one, preload a library that maps __isoc23_strtol and its like to strtol."""
import json
import os
import time
import zlib

import is_it_slop
import lmscan


def ratio(text):
    """Compression ratio: machine text repeats itself more. Higher speaks for a machine."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw, 9))


PEERS = {
    f"is-it-slop {is_it_slop.__dict__.get('__version__', '0.6.3')}": lambda texts: [p.ai_probability for p in is_it_slop.predict_batch(texts)],
    "lmscan 0.6.1": lambda texts: [lmscan.scan(text).ai_probability for text in texts],
    "compression ratio (zlib)": lambda texts: [ratio(text) for text in texts],
}

with open(".cache/encoder/texts.jsonl", encoding="utf8") as lines:
    rows = [row for row in map(json.loads, lines) if row["split"] in ("valid", "calib") and not row["added"] and not row["demo"] and row["words"] >= 50]
scores = [{"id": row["id"], "peers": {}} for row in rows]
speed = {}
for name, judge in PEERS.items():
    started = time.time()
    for first in range(0, len(rows), 256):
        some = judge([row["text"] for row in rows[first : first + 256]])
        for line, score in zip(scores[first : first + 256], some):
            line["peers"][name] = score
    speed[name] = len(rows) / (time.time() - started)
    print(f"{name}: {len(rows)} texts, {speed[name]:.0f}/s", flush=True)
os.makedirs(".cache/peers", exist_ok=True)
with open(".cache/peers/scores.jsonl", "w", encoding="utf8") as out:
    out.writelines(json.dumps(line) + "\n" for line in scores)
with open(".cache/peers/speed.json", "w", encoding="utf8") as out:
    json.dump(speed, out)
