"""Checks the token vectors with the Python implementation; one JSON line: how many, and which disagree."""

import json
import sys

from token1 import Check


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    differing = []
    for case in vectors["cases"]:
        found = Check(vectors["trust"], vectors["now"]).run(case["token"], case["found"])
        if found != case["expected"]:
            differing.append({"name": case["name"], "found": found, "expected": case["expected"]})
    print(json.dumps({"cases": len(vectors["cases"]), "differing": differing}))


if __name__ == "__main__":
    main(sys.argv[1])
