"""The check of a token, written from section 9 of docs/attestation-hpt.md; status lists stand in status1.py."""

import base64
import hashlib
import json
import re
import struct
from urllib.parse import urlsplit

import p256
from hpt1 import Rejected, base64url, canonical_text, hash_text, parse_url, word_form
from hpt1_html import canonical_html

SKEW = 60
LIFE = 90 * 86_400


class Failed(Exception):
    pass


def decode(segment):
    """base64url in its only spelling, or None."""
    if not re.fullmatch("[A-Za-z0-9_-]+", segment) or len(segment) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    return data if base64url(data) == segment else None


def read_object(data):
    def refuse(_):
        raise ValueError

    def unique(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        value = json.loads(data.decode("utf-8"), parse_constant=refuse, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_whole(value, least, most=2**53 - 1):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return least <= value <= most and value == int(value)


def is_bytes(value, count):
    if not isinstance(value, str) or len(value) != -(-count * 4 // 3):
        return False
    return decode(value) is not None


def is_name(value):
    return isinstance(value, str) and re.fullmatch("[\x21-\x7e]{1,64}", value) is not None


def is_list(value, fits):
    return isinstance(value, list) and len(value) <= 3 and all(isinstance(each, str) and fits(each) for each in value)


def has_members(value, required, optional=()):
    return isinstance(value, dict) and set(required) <= set(value) <= set(required) | set(optional)


def is_uri(value):
    return isinstance(value, str) and len(value) <= 256 and bool(urlsplit(value).scheme)


def are_claims(c):
    if not has_members(c, "iss aud sub acc jti iat exp lvl hal evd con status np".split(), ["prev"]):
        return False
    lvl, con, status = c["lvl"], c["con"], c["status"]
    return (
        is_name(c["iss"])
        and is_name(c["aud"])
        and all(is_bytes(c[name], 16) for name in ("sub", "acc", "jti"))
        and ("prev" not in c or (is_bytes(c["prev"], 16) and c["prev"] != c["jti"]))
        and is_whole(c["iat"], 0)
        and is_whole(c["exp"], 0)
        and has_members(lvl, ["prs", "unq", "cmp"])
        and is_whole(lvl["prs"], 0, 3)
        and is_whole(lvl["unq"], 0, 3)
        and is_whole(lvl["cmp"], 0, 1)
        and is_whole(c["hal"], 0, 3)
        and is_list(c["evd"], lambda code: re.fullmatch("[a-z0-9_]{1,24}", code))
        and len(set(c["evd"])) == len(c["evd"])
        and is_list(c["np"], lambda code: code in ("composed", "unique", "uncoerced"))
        and has_members(con, ["can", "h", "n"], ["w", "salt"])
        and con["can"] == "hpt-1"
        and is_bytes(con["h"], 32)
        and ("w" not in con or is_bytes(con["w"], 32))
        and ("salt" not in con or is_bytes(con["salt"], 16))
        and is_whole(con["n"], 1, 100_000)
        and has_members(status, ["status_list"])
        and has_members(status["status_list"], ["idx", "uri"])
        and is_whole(status["status_list"]["idx"], 0)
        and is_uri(status["status_list"]["uri"])
    )


def hal_of(lvl):
    unique = lvl["unq"] >= 1
    if lvl["prs"] == 0:
        return 0
    if lvl["prs"] == 1:
        return 2 if unique else 1
    return 3 if unique else 2


def not_proven(lvl):
    missing = ["composed"]
    if lvl["unq"] < 2:
        missing.append("unique")
    if lvl["prs"] < 3:
        missing.append("uncoerced")
    return missing


def account_binding(aud, account):
    framed = b"assay-acc-1\0"
    for field in (aud.encode(), account.encode()):
        framed += struct.pack(">I", len(field)) + field
    return base64url(hashlib.sha256(framed).digest()[:16])


def thumbprint(key):
    members = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return base64url(hashlib.sha256(members.encode()).digest())


def origin(uri):
    parts = urlsplit(uri)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def is_list_of(uri, issuer):
    parts = urlsplit(uri)
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc and "#" not in uri
    # Spelled as a browser would send it: the normal form but for what section 5 removes.
    url = parse_url(uri)
    return plain and url is not None and url.href == uri and origin(uri) in map(origin, issuer["status_origins"])


class Check:
    def __init__(self, trust, now, lists=None):
        """`lists`: what checks the status (status1.py); without it the status is left out."""
        self.issuers, self.now, self.lists = trust["issuers"], now, lists
        self.errors = []
        self.author = self.content = "unchecked"
        self.claims = None

    def run(self, token, found):
        try:
            self.steps(token, found)
        except Failed as failed:
            self.errors.append(failed.args[0])
        stands = self.claims is not None and all(error == "content.reformatted" for error in self.errors)
        return {
            "errors": self.errors,
            "author": self.author,
            "content": self.content,
            "hal": self.claims["hal"] if stands else None,
            "notProven": self.claims["np"] if stands else ["composed", "unique", "uncoerced"],
            "jti": self.claims["jti"] if self.claims else None,
        }

    def steps(self, token, found):
        if len(token.encode("utf-16-le", "surrogatepass")) > 2 * 4096:
            raise Failed("token.too_large")
        parts = token.split(".")
        decoded = [decode(part) for part in parts]
        header = read_object(decoded[0]) if len(parts) == 3 and all(decoded) else None
        if header is None:
            raise Failed("token.malformed")
        kid = header.get("kid")
        fixed = set(header) == {"alg", "typ", "kid"} and header["alg"] == "ES256" and header["typ"] == "human-author+jwt"
        if not fixed or not isinstance(kid, str) or not re.fullmatch("[A-Za-z0-9_-]{43}", kid):
            raise Failed("token.header")
        holders = [
            (issuer, key) for issuer in self.issuers for key in issuer["token_keys"] if thumbprint(key) == kid
        ]
        if not holders:
            raise Failed("token.unknown_key")
        key = tuple(int.from_bytes(decode(holders[0][1][name]), "big") for name in ("x", "y"))
        if not p256.verify(key, f"{parts[0]}.{parts[1]}".encode(), decoded[2]):
            raise Failed("token.signature")
        claims = read_object(decoded[1])
        if claims is None or not are_claims(claims):
            raise Failed("token.claims")
        self.claims = claims
        issuer = next((issuer for issuer, _ in holders if issuer["iss"] == claims["iss"]), None)
        if issuer is None:
            raise Failed("token.issuer")
        platform = found.get("platform")
        spoken = claims["aud"] in issuer["audiences"] or "*" in issuer["audiences"]
        if not spoken or (platform is not None and platform != claims["aud"]):
            raise Failed("token.audience")
        self.check_times(claims)
        if claims["hal"] != hal_of(claims["lvl"]) or sorted(claims["np"]) != sorted(not_proven(claims["lvl"])):
            raise Failed("token.levels")
        self.check_author(claims, issuer, found)
        self.check_content(claims["con"], found)
        if not is_list_of(claims["status"]["status_list"]["uri"], issuer):
            raise Failed("status.origin")
        if self.lists is not None:
            self.errors += self.lists.check(claims["status"]["status_list"], issuer, kid)

    def check_times(self, claims):
        iat, exp = claims["iat"], claims["exp"]
        if exp <= iat or exp - iat > LIFE:
            raise Failed("token.claims")
        if iat > self.now + SKEW:
            raise Failed("token.not_yet_valid")
        if exp <= self.now - SKEW:
            raise Failed("token.expired")

    def check_author(self, claims, issuer, found):
        only = len(issuer["audiences"]) == 1 and "*" not in issuer["audiences"]
        if found.get("author") is None or (found.get("platform") is None and not only):
            self.errors.append("author.unchecked")
            return
        whole = not any("\ud800" <= character <= "\udfff" for character in found["author"])
        same = whole and account_binding(claims["aud"], found["author"]) == claims["acc"]
        self.author = "match" if same else "different"
        if not same:
            self.errors.append("author.different")

    def check_content(self, con, found):
        shown = [
            self.compare(con, lambda read=read, kind=kind: read(found[kind]), kind == "html")
            if isinstance(found[kind], str)
            else "unchecked"
            for kind, read in (("text", lambda text: canonical_text(text, found.get("facets", []))), ("html", canonical_html))
            if found.get(kind) is not None
        ]
        order = ("different", "uncertain", "unchecked", "reformatted", "exact")
        self.content = next((each for each in order if each in shown), "unchecked")
        if self.content == "uncertain":
            self.content = "unchecked"
            self.errors.append("content.uncertain")
        elif self.content in ("unchecked", "different"):
            self.errors.append(f"content.{self.content}")

    def compare(self, con, read, html):
        try:
            canonical, reported = read()
        except Rejected:
            return "different"
        salt = decode(con["salt"]) if "salt" in con else None
        h = hash_text(canonical, salt)
        if h == con["h"]:
            found = "exact" if len(canonical) == con["n"] else "different"
        else:
            words = word_form(canonical)
            same = words is not None and hash_text(words, salt) == con.get("w")
            found = "reformatted" if same else "different"
        in_doubt = html and ("uncertain" in reported or "embedded" in reported)
        return "uncertain" if in_doubt and found != "different" else found
