"""Checks the vectors of hpt-1 with the Python implementation; one JSON line: how many, and which disagree.

The argument is the file of vectors, or `-` for cases on standard input, one a line.
"""

import json
import sys
import unicodedata

from hpt1 import Rejected, canonical_text, hash_text, word_form
from hpt1_html import canonical_html


def answer(given):
    try:
        if "html" in given:
            canonical, reported = canonical_html(given["html"])
        else:
            canonical, reported = canonical_text(given["text"], given.get("facets", []))
    except Rejected as rejected:
        return {"error": rejected.reason}
    words = word_form(canonical)
    return {
        "canonical": canonical,
        "n": len(canonical),
        "words": words,
        "h": hash_text(canonical),
        "w": None if words is None else hash_text(words),
        "reported": reported,
    }


def main(path):
    if path == "-":
        cases = [json.loads(line) for line in sys.stdin]
    else:
        with open(path, encoding="utf-8") as file:
            cases = json.load(file)["cases"]
    differing = []
    for case in cases:
        found = answer(case["input"])
        if found != case["expected"]:
            wrong = {key: found.get(key) for key in found if found.get(key) != case["expected"].get(key)}
            differing.append({"name": case.get("name"), "input": case["input"], "found": wrong, "expected": case["expected"]})
    print(json.dumps({"cases": len(cases), "unicode": unicodedata.unidata_version, "differing": differing}))


if __name__ == "__main__":
    main(sys.argv[1])
