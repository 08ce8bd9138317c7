"""Writes test/vectors/wordpiece-1.json: a small vocabulary, texts, and the ids that the reference (PyPI `tokenizers` 0.23.3) gives
for them; and one hash over what it makes of every code point below U+20000.

    python training/encoder/golden_pieces.py > test/vectors/wordpiece-1.json
"""

import hashlib
import json
import random

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ßæøαβγδεικλμνορσςτωабвгдежзийклмнопрстуאבגשםابتثجकखग०กขคᄀ나ᅵᆨ"
ALONE = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”‘’–—…。、中国日本語의"
WORDS = "the of and to in a un is that it for was on as with by at from this not are but no he she they".split()
PARTS = "ing ed er est ly able ation ness ment al ful ity ize 's est ous ive".split()

TEXTS = [
    "",
    " ",
    "The cat sat on the mat, and that was that.",
    "UNTHINKABLE! Un-thinkable; un_thinkable (unthinkable)...",
    "Café, naïve, Ångström, ÜBER, façade, piñata; İstanbul and ıstanbul.",
    "e\u0301 and é are one; a\u0323\u0302 and a\u0302\u0323 as well.",
    "Straße, STRASSE, ẞ, ﬁsh (a ligature), Æther, Øre.",
    "ΟΔΟΣ, οδός, ΣΊΣΥΦΟΣ: the last letter.",
    "Москва и Йошкар-Ола",
    "שלום and مرحبا and नमस्ते and สวัสดี",
    "中国人写的text。日本語のテキスト、한국어 글자",
    "x\u200by\u200dz\ufeff\u00ad soft",
    "tab\tline\nreturn\r\nnext\u0085nel\u2028sep\u2029par\u00a0nbsp\u3000wide",
    "null\u0000 and replacement \ufffd and bell \u0007",
    "thumbs 👍🏽 family 👨\u200d👩\u200d👧 flag 🇩🇪 heart ❤\ufe0f",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 and Ｆｕｌｌｗｉｄｔｈ and ⓒⓘⓡⓒⓛⓔ",
    "[CLS] a text that names the marks [SEP] [MASK] [UNK] [PAD]",
    "http://example.org/a?b=c&d=e#f, someone@example.org, @name #tag $5 100% a+b=c",
    "0123456789 1,000,000.00 3.14159 1e-10",
    "a" * 100,
    "a" * 101,
    "é" * 100,
    "e\u0301" * 101,
    "漢" * 101,
    "ing" * 40,
    "½ ² ³ ¼ № ™ € £ ¥ © ® ° ± × ÷",
    "“quoted” ‘quoted’ «quoted» – dash — dash … dots",
    "\u1e9b\u0323 \u0958 \u2126 \u212b \u1fef \u037e \u00b4",
    "newer than the tables: \U0001fae0 \u0897 \u1b4e \U0001e4ec",
    "가각갂 한글 \u1100\u1161\u11a8",
]


def soup(count: int) -> list[str]:
    """Texts of letters, marks and odd characters, drawn by a seed."""
    draw = random.Random(4)
    odd = "".join(chr(code) for low, high in [(0, 0x250), (0x300, 0x370), (0x2000, 0x2070), (0x3000, 0x3040)] for code in range(low, high))
    odd += "".join(chr(code) for code in (draw.randrange(0x110000) for _ in range(600)) if not 0xD800 <= code <= 0xDFFF)

    def character() -> str:
        return draw.choice(odd if draw.random() < 0.25 else LETTERS + ALONE if draw.random() < 0.2 else "etaoin shrdlu ing ed ")

    return ["".join(character() for _ in range(draw.randrange(1, 60))) for _ in range(count)]


def main() -> None:
    pieces = list(dict.fromkeys(MARKS + list(LETTERS + ALONE) + WORDS + ["##" + c for c in LETTERS] + ["##" + p for p in PARTS]))
    ids = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    every = hashlib.sha256()
    codes = [code for code in range(0x20000) if not 0xD800 <= code <= 0xDFFF]
    for encoding in tokenizer.encode_batch([f"a{chr(code)}b" for code in codes]):
        every.update((" ".join(map(str, encoding.ids)) + "\n").encode())
    texts = [[text, tokenizer.encode(text).ids] for text in TEXTS + soup(200)]
    print(json.dumps({"pieces": pieces, "everyCodePoint": every.hexdigest(), "texts": texts}, indent=0).replace(",\n", ",").replace("],[", "],\n["))


if __name__ == "__main__":
    main()
