"""Asks the reference (PyPI `tokenizers` 0.23.3) what BERT's uncased models make of every code point, and writes the answer as the
table of detectors/runtime/character-table.ts; character-kinds.ts reads it. The reference carries Unicode tables of one version, and so do we from then on: the
pieces of a text must not depend on the Unicode version of the Node that serves.

    python training/encoder/character_kinds.py > detectors/runtime/character-table.ts
"""

import unicodedata

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

LETTER, DROPPED, SPACE, ALONE = range(4)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
splitter = BertPreTokenizer()


def kind(code: int) -> int | None:
    """None where it does not matter: surrogates, and what decomposes (its parts are looked at instead)."""
    if 0xD800 <= code <= 0xDFFF or unicodedata.normalize("NFD", chr(code)) != chr(code):
        return None
    words = [word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(f"a{chr(code)}b"))]
    if words == ["ab"]:
        return DROPPED
    if words == ["a", "b"]:
        return SPACE
    return ALONE if len(words) == 3 else LETTER


def base36(value: int) -> str:
    out = DIGITS[value % 36]
    while value := value // 36:
        out = DIGITS[value % 36] + out
    return out


def runs() -> list[tuple[int, int, int]]:
    """(first, last, kind) of all that are no letters."""
    found: list[list[int]] = []
    for code in range(0x110000):
        now = kind(code)
        if now is None:
            continue
        if found and found[-1][2] == now:
            found[-1][1] = code
        else:
            found.append([code, code, now])
    return [(first, last, which) for first, last, which in found if which != LETTER]


def table() -> str:
    """Of each run the distance to the end of the last one, its length less one (left out when it is nought) and its kind."""
    parts, end = [], 0
    for first, last, which in runs():
        length = base36(last - first) if last > first else ""
        parts.append(f"{base36(first - end)}{'.:!'[which - 1]}{length}")
        end = last
    return " ".join(parts)


HEAD = '''/** The table of character-kinds.ts. Made by `training/encoder/character_kinds.py`. */

// biome-ignore format: a table is no code
export const TABLE =
'''

if __name__ == "__main__":
    packed, lines = table(), []
    while packed:
        cut = len(packed) if len(packed) <= 118 else packed.rindex(" ", 0, 118) + 1
        lines.append(f"  '{packed[:cut]}'")
        packed = packed[cut:]
    print(HEAD + " +\n".join(lines) + ";")
