"""Status lists, written from section 4 of docs/attestation.md: reading one, and the newest one of an address."""

import hashlib
import os
import re
import zlib

import p256
from token1 import SKEW, decode, is_whole, read_object, thumbprint

LIST_BYTES = 4 * 1024 * 1024
LIFE = 90 * 86_400
STATUSES = ("valid", "revoked", "suspended", "superseded")


def inflate(lst):
    data = decode(lst) if isinstance(lst, str) else None
    if data is None:
        return None
    stream = zlib.decompressobj()
    try:
        bits = stream.decompress(data, LIST_BYTES + 1)
    except zlib.error:
        return None
    return bits if stream.eof and not stream.unused_data and len(bits) <= LIST_BYTES else None


def read_list(jwt, uri, issuer, now):
    """{iat, exp, token_kid, bits} of a list that this issuer signed about this address, or None."""
    parts = jwt.split(".")
    decoded = [decode(part) for part in parts]
    header = read_object(decoded[0]) if len(parts) == 3 and all(decoded) else None
    if header is None or set(header) != {"alg", "typ", "kid"}:
        return None
    if header["alg"] != "ES256" or header["typ"] != "statuslist+jwt":
        return None
    key = next((key for key in issuer["status_keys"] if thumbprint(key) == header["kid"]), None)
    if key is None:
        return None
    point = tuple(int.from_bytes(decode(key[name]), "big") for name in ("x", "y"))
    if not p256.verify(point, f"{parts[0]}.{parts[1]}".encode(), decoded[2]):
        return None
    claims = read_object(decoded[1])
    if claims is None or claims.get("sub") != uri:
        return None
    if not all(is_whole(claims.get(name), 0) for name in ("iat", "exp")) or not is_whole(claims.get("ttl", 60), 0):
        return None
    if not isinstance(claims.get("token_kid", ""), str):
        return None
    end = min(claims["exp"], claims["iat"] + LIFE)
    if claims["iat"] > now + SKEW or end <= claims["iat"] or end + SKEW <= now:
        return None
    listed = claims.get("status_list")
    if not isinstance(listed, dict) or isinstance(listed.get("bits"), bool) or listed.get("bits") != 2:
        return None
    bits = inflate(listed.get("lst"))
    if bits is None:
        return None
    return {"iat": claims["iat"], "exp": end, "token_kid": claims.get("token_kid"), "bits": bits}


class Lists:
    """A folder of lists; of each address the newest list seen."""

    def __init__(self, folder, now, most_age):
        self.folder, self.now, self.most_age = folder, now, most_age
        self.held, self.seen = {}, {}

    def get(self, uri, issuer):
        place = (issuer["iss"], uri)
        name = hashlib.sha256(uri.encode()).hexdigest() + ".jwt"
        try:
            path = os.path.join(self.folder, name)
            with open(path, encoding="latin-1") as file:
                text = file.read().strip()
        except OSError:
            return self.held.get(place)
        if self.seen.get(place) != text:
            self.seen[place] = text
            found, held = read_list(text, uri, issuer, self.now), self.held.get(place)
            if found is not None and (held is None or found["iat"] > held["iat"]):
                self.held[place] = found
        return self.held.get(place)

    def check(self, status, issuer, kid):
        """The codes of what stands against a token, in order."""
        found = self.get(status["uri"], issuer)
        if found is None:
            return ["status.unavailable"]
        if found["token_kid"] is not None and found["token_kid"] != kid:
            return ["status.key"]
        at = status["idx"]
        if at >= 4 * len(found["bits"]):
            return ["status.index"]
        value = found["bits"][int(at) >> 2] >> ((int(at) & 3) * 2) & 3
        codes = [] if value == 0 else [f"status.{STATUSES[value]}"]
        return codes + (["status.stale"] if self.now - found["iat"] > self.most_age else [])


def check_trust(trust):
    """@raises ValueError for a key that no verifier may work with."""
    kids = {"token_keys": set(), "status_keys": set()}
    for issuer in trust["issuers"]:
        for use, found in kids.items():
            for key in issuer[use]:
                fits = key.get("kty") == "EC" and key.get("crv") == "P-256"
                fits = fits and key.get("alg", "ES256") == "ES256" and key.get("use", "sig") == "sig"
                if not fits:
                    raise ValueError("not an ES256 key")
                point = [decode(key[name]) for name in ("x", "y")]
                if any(each is None or len(each) != 32 for each in point):
                    raise ValueError("not coordinates")
                if not p256.on_curve(tuple(int.from_bytes(each, "big") for each in point)):
                    raise ValueError("not on the curve")
                if key.get("kid", thumbprint(key)) != thumbprint(key):
                    raise ValueError("a foreign kid")
                found.add(thumbprint(key))
        for origin in issuer["status_origins"]:
            if not re.match("https?://", origin):
                raise ValueError("not an origin")
    if kids["token_keys"] & kids["status_keys"]:
        raise ValueError("one key for both")
