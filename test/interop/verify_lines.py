"""A verifier with the lines and flags of `assay verify --jsonl`, so that `assay attack-suite` can be run against it."""

import argparse
import json
import sys
from datetime import datetime

from status1 import Lists, check_trust
from token1 import Check


def is_whole(value):
    """A number that JSON may also write as 3.0, and that every reader holds exactly."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and abs(value) < 2**53 and value == int(value)


def is_facet(value):
    """Whether an entity can be read; whether it lies inside the text is the canonical text's own affair."""
    return (
        isinstance(value, dict)
        and is_whole(value.get("start"))
        and is_whole(value.get("end"))
        and isinstance(value.get("type"), str)
        and isinstance(value.get("uri", ""), str)
    )


def place(line):
    """What was given of where a token stands; what is no text is handed on, for it was not checked. A platform of a wrong type is
    another one, an author of one was not given."""
    found = {kind: line[kind] for kind in ("text", "html") if line.get(kind) is not None}
    facets = line.get("facets")
    if isinstance(facets, list) and all(map(is_facet, facets)):
        found["facets"] = [{**each, "start": int(each["start"]), "end": int(each["end"])} for each in facets]
    elif facets is not None:
        # Entities that cannot be read may hold other targets than the text shows: then no text was checked.
        found["text"] = [] if "text" in found else None
    if line.get("platform") is not None:
        found["platform"] = line["platform"] if isinstance(line["platform"], str) else ""
    author = line.get("author")
    name = author.get("id") if isinstance(author, dict) else author
    if isinstance(name, str):
        found["author"] = name
    return found


def answers(lines, trust, now, lists):
    holders = {}
    for number, line in enumerate(lines, 1):
        token = line["token"] if isinstance(line.get("token"), str) else ""
        result = Check(trust, now, lists).run(token, place(line))
        # Without the signature: its other spelling, with n - s, makes no other token.
        jti, signed = result["jti"], token.rsplit(".", 1)[0]
        if not result["errors"] and holders.setdefault(jti, signed) != signed:
            result = {**result, "errors": ["token.reused"], "hal": None}
        named = isinstance(line.get("id"), (str, int, float)) and not isinstance(line.get("id"), bool)
        name = {"id": line["id"]} if named else {"line": number}
        yield {**name, "valid": not result["errors"], **result}


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
