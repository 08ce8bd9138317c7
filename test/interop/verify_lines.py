"""A verifier with the lines and flags of `assay verify --jsonl`, so that `assay attack-suite` can be run against it."""

import argparse
import json
import sys
from datetime import datetime

from status1 import Lists, check_trust
from token1 import Check


def place(line):
    """What was given of where a token stands: a member of the wrong type was not given, a platform of one is another."""
    found = {kind: line[kind] for kind in ("text", "html") if isinstance(line.get(kind), str)}
    if line.get("platform") is not None:
        found["platform"] = line["platform"] if isinstance(line["platform"], str) else ""
    author = line.get("author")
    name = author.get("id") if isinstance(author, dict) else author
    if isinstance(name, str):
        found["author"] = name
    return found


def answers(lines, trust, now, lists):
    holders = {}
    for line in lines:
        token = line["token"] if isinstance(line.get("token"), str) else ""
        result = Check(trust, now, lists).run(token, place(line))
        jti, end = result["jti"], token.rsplit(".", 1)[-1]
        if not result["errors"] and holders.setdefault(jti, end) != end:
            result = {**result, "errors": ["token.reused"], "hal": None}
        yield {"id": line["id"], "valid": not result["errors"], **result}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--jsonl", action="store_true")
    for name in ("--trust", "--status", "--at"):
        options.add_argument(name, required=True)
    options.add_argument("--max-status-age", type=int, default=300)
    given = options.parse_args()
    with open(given.trust, encoding="utf-8") as file:
        trust = json.load(file)
    try:
        check_trust(trust)
    except ValueError as wrong:
        sys.exit(f"{given.trust}: {wrong}")
    now = datetime.fromisoformat(given.at).timestamp()
    lists = Lists(given.status, now, given.max_status_age)
    # Line by line: the answer to one may be waited for before the next is sent.
    lines = (json.loads(line) for line in iter(sys.stdin.readline, ""))
    for answer in answers(lines, trust, now, lists):
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
