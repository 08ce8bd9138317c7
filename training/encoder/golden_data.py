"""Prints what test/detectors/runtime/wordpiece.data.test.ts compares with: for each file of the labelled texts its SHA-256, and the
SHA-256 of the ids that the reference (PyPI `tokenizers` 0.23.3) gives for its first 2,000 texts.

    python training/encoder/golden_data.py "$ASSAY_DATA" models/encoder/vocab.txt
"""

import gzip
import hashlib
import itertools
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

folder, vocabulary = map(Path, sys.argv[1:])
pieces = {line: number for number, line in enumerate(vocabulary.read_text("utf-8").splitlines())}
tokenizer = Tokenizer(WordPiece(pieces, unk_token="[UNK]", max_input_chars_per_word=100))
tokenizer.normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
tokenizer.pre_tokenizer = BertPreTokenizer()
for file in sorted(folder.glob("*.jsonl.gz")):
    packed = file.read_bytes()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 2000)]
    ids = hashlib.sha256()
    for encoding in tokenizer.encode_batch(texts):
        ids.update((" ".join(map(str, encoding.ids)) + "\n").encode())
    print(f"  ['{file.name}', '{hashlib.sha256(packed).hexdigest()}', '{ids.hexdigest()}'],")
