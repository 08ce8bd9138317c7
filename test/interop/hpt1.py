"""The canonical text hpt-1, written from docs/attestation-hpt.md with the standard library of Python 3.11 alone.

A second implementation, there to show that the page suffices. Offsets of facets count UTF-16 units, so facets are cut
from UTF-16. Of the WHATWG URL standard it has http and https, user info, IPv4 and IPv6 in all spellings, and domains
through UTS 46 as far as NFKC, case folding, punycode and the rules of bidi and joiners reach.
"""

import base64
import hashlib
import hmac
import re
import struct
import unicodedata
from urllib.parse import parse_qsl, quote, unquote_to_bytes

LIMIT = 100_000
WHITE = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"


class Rejected(Exception):
    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def ranges(text):
    """`41-5A 61` as a set of characters."""
    found = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return found


def category(character):
    return unicodedata.category(character) if character else ""


def is_letter(character):
    return category(character)[:1] == "L"


def is_mark(character):
    return category(character)[:1] == "M"


def is_letter_or_number(character):
    return category(character)[:1] in ("L", "N")


PICTOGRAPH = ranges(
    "A9 AE 203C 2049 2122 2139 2190-21FF 2300-23FF 24C2 25A0-27BF 2900-297F 2B00-2BFF 3030 303D 3297 3299 "
    "1F000-1F1E5 1F200-1F3FA 1F400-1FAFF"
)
SKIN_TONE = ranges("1F3FB-1F3FF")
FLAG_LETTER = ranges("1F1E6-1F1FF")
TAGS = ranges("E0000-E007F")
SELECTORS = ranges("FE00-FE0F E0100-E01EF")
REMOVED = ranges("AD 17B4 17B5 200B 2060-2064 206A-206F FEFF 1D173-1D17A") | TAGS | SELECTORS
JOINERS = set("\u034f\u180e\u200c\u200d")
FILLERS = set("\u115f\u1160\u3164\uffa0")
BIDI = ranges("61C 200E 200F 202A-202E 2066-2069")
VIRAMA = set("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca")
CURSIVE = ranges("620-77F 7C0-7FF 8A0-8FF 1800-18AF 1E900-1E95F")
MONGOLIAN = ranges("1820-18AA")
JOINERLESS = ranges(
    "41-5A 61-7A AA BA C0-2AF 370-52F 1C80-1C8F 1D00-1DBF 1E00-1FFF 2C60-2C7F A640-A69F A720-A7FF AB30-AB6F "
    "FB00-FB06 FF21-FF5A"
)
ZWJ = "\u200d"
SEPARATOR = "\u200b"
LEADING = ranges("1100-115F A960-A97C")
TRAILING = ranges("1160-11FF D7B0-D7FB")
HANGUL = ranges("1100-11FF A960-A97C AC00-D7A3 D7B0-D7FB")
BINDING = VIRAMA | ranges("1039 17D2 1A60")
FLAGS_OF_NATIONS = [
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in name) + "\U000e007f"
    for name in ("gbeng", "gbsct", "gbwls")
]


# Section 2


def reject_unfit(text):
    reject_long(text)
    for character in text:
        code = ord(character)
        if 0xD800 <= code < 0xE000:
            raise Rejected("ill_formed")
    for character in text:
        code = ord(character)
        if (code < 32 and character not in "\t\n\r") or 0x7F <= code <= 0x9F:
            raise Rejected("control_character")
    reject_marks(text)


def reject_marks(text):
    run = 0
    for character in text:
        run = run + 1 if ord(character) > 0x2FF and is_mark(character) else 0
        if run > 30:
            raise Rejected("combining_marks")


def reject_long(text):
    if len(text) > LIMIT:
        raise Rejected("too_long")


# Section 3


def strip(text, reported):
    if any(character in BIDI for character in text):
        reported.add("bidi_controls")
    if any(character in FILLERS for character in text):
        reported.add("fillers")
    text = unicodedata.normalize("NFC", remove_invisible(text, reported))
    while any(character in JOINERS for character in text):
        kept = remove_joiners(text, reported)
        if kept == text:
            break
        text = unicodedata.normalize("NFC", kept)
    return text


def remove_invisible(text, reported):
    kept = []
    at = 0
    while at < len(text):
        flag = next((each for each in FLAGS_OF_NATIONS if text.startswith(each, at)), None)
        if flag or not (text[at] in REMOVED or text[at] == ZWJ):
            kept.append(flag or text[at])
            at += len(flag or text[at])
            continue
        end = at
        while end < len(text) and (text[end] in REMOVED or text[end] == ZWJ):
            end += 1
        kept.append(what_is_left(text[at:end], text[at - 1 : at] if at else "", text[end : end + 1], reported))
        at = end
    return "".join(kept)


def what_is_left(run, b, a, reported):
    if not any(character in REMOVED for character in run):
        return run
    for at, character in enumerate(run):
        if character in SELECTORS:
            if at or character not in "\ufe0e\ufe0f" or not (b in PICTOGRAPH or b and b in "0123456789#*"):
                reported.add("variation_selectors")
        elif character != ZWJ:
            reported.add("tag_characters" if character in TAGS else "zero_width")
    apart = any(character not in SELECTORS and character != ZWJ for character in run)
    if apart and (b in PICTOGRAPH or b in SKIN_TONE) and a in PICTOGRAPH:
        return ""
    if ZWJ in run:
        return ZWJ * run.count(ZWJ)
    return SEPARATOR if separated(b, a, apart) else ""


def separated(b, a, apart):
    if b in FLAG_LETTER and a in FLAG_LETTER:
        return True
    if b in LEADING and a in HANGUL or b in HANGUL and b not in LEADING and a in TRAILING:
        return True
    return apart and (is_mark(a) or a in SKIN_TONE or (b in BINDING and is_letter(a)))


def remove_joiners(text, reported):
    kept = []
    for at, character in enumerate(text):
        if character in JOINERS:
            before, after = kept[-1] if kept else "", text[at + 1 : at + 2]
            if not joiner_stays(before, character, after):
                reported.add("zero_width")
                if separated(before, after, character != "\u034f"):
                    kept.append(SEPARATOR)
                continue
            if before in JOINERLESS:
                reported.add("joiners")
        kept.append(character)
    return "".join(kept)


def joiner_stays(b, joiner, a):
    if b in JOINERS:
        return False
    if joiner == "\u034f":
        return is_mark(b) and is_mark(a) and a not in JOINERS
    if joiner == "\u180e":
        return b in MONGOLIAN and a in MONGOLIAN
    if b in VIRAMA:
        return True
    if category(b)[:1] in ("L", "M") and category(a)[:1] in ("L", "M") and a not in JOINERS:
        return True
    if joiner == "\u200c":
        return False
    return b in CURSIVE or a in CURSIVE or ((b in PICTOGRAPH or b in SKIN_TONE) and a in PICTOGRAPH)


# Section 4


def fold_spaces(text):
    text = re.sub("\r\n?|[\u2028\u2029]", "\n", text)
    text = "".join(" " if character == "\t" or category(character) == "Zs" else character for character in text)
    lines = (re.sub(" +", " ", line).strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


# Section 5: normal form

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
HTTP = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://")
TRACKING = set(
    "dclid fbclid gbraid gclid gclsrc igsh igshid li_fat_id mc_cid mc_eid mkt_tok msclkid oly_anon_id oly_enc_id "
    "rb_clickid ref_src ref_url s_cid ttclid twclid utm_campaign utm_content utm_creative_format utm_id "
    "utm_marketing_tactic utm_medium utm_name utm_referrer utm_source utm_source_platform utm_term vero_id wbraid wickedid yclid _hsenc _hsmi _openstat".split()
)
FORBIDDEN_HOST = set('\0\t\n\r #/:<>?@[\\]^|%') | set(map(chr, range(0x20))) | {"\x7f"}
SAFELINKS = re.compile(r"[a-z0-9\-]+\.safelinks\.protection\.outlook\.com")


class Url:
    """Parts of an http(s) address after the WHATWG parser; `parse` is None for what does not parse."""

    def __init__(self, scheme, user, host, port, path, query, fragment):
        self.scheme, self.user, self.host, self.port = scheme, user, host, port
        self.path, self.query, self.fragment = path, query, fragment

    @property
    def origin(self):
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")

    @property
    def base(self):
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}://{user}{self.host}" + (f":{self.port}" if self.port else "") + self.path

    @property
    def href(self):
        query = "" if self.query is None else f"?{self.query}"
        return self.base + query + ("" if self.fragment is None else f"#{self.fragment}")


def encode(text, unsafe):
    """Percent-encodes what is not printable ASCII or is in `unsafe`."""
    return "".join(
        character if "\x20" < character < "\x7f" and character not in unsafe else quote(character, safe="")
        if not ("\x20" < character < "\x7f") else f"%{ord(character):02X}"
        for character in text
    )


def parse_url(address):
    if not HTTP.match(address):
        return None
    address = re.sub("[\t\n\r]", "", address.strip("".join(map(chr, range(0x21)))))
    scheme, rest = address.split(":", 1)
    scheme = scheme.lower()
    rest = rest.lstrip("/\\")
    end = re.search(r"[/\\?#]", rest)
    authority, rest = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    rest, sharp, fragment = rest.partition("#")
    path, mark, query = rest.partition("?")
    user, at, hostport = authority.rpartition("@")
    name, _, word = user.partition(":")
    unsafe_user = " \"#<>?`{}/:;=@[\\]^|"
    user = encode(name, unsafe_user) + (f":{encode(word, unsafe_user)}" if word else "") if at else ""
    host, port = split_port(hostport)
    if not re.fullmatch("[0-9]*", port):
        return None
    port = str(int(port)) if port else ""
    if port and int(port) > 65535:
        return None
    port = "" if port == {"http": "80", "https": "443"}[scheme] else port
    host = parse_host(host)
    if host is None:
        return None
    return Url(
        scheme,
        user,
        host,
        port,
        parse_path(path),
        encode(query, " \"#<>'") if mark else None,
        encode(fragment, ' "<>`') if sharp else None,
    )


def split_port(hostport):
    end = hostport.find("]") + 1 if hostport.startswith("[") else 0
    colon = hostport.find(":", end)
    return (hostport, "") if colon < 0 else (hostport[:colon], hostport[colon + 1 :])


def parse_host(host):
    if host.startswith("["):
        return f"[{parse_ipv6(host[1:-1])}]" if host.endswith("]") and parse_ipv6(host[1:-1]) else None
    try:
        decoded = unquote_to_bytes(host.encode()).decode()
    except UnicodeDecodeError:
        return None
    dropped = REMOVED - TAGS - ranges("2061-2063 206A-206F 1D173-1D17A") - set("\u17b4\u17b5") | set("\u034f")
    decoded = "".join(character for character in decoded if character not in dropped)
    # Of the characters that hold a full stop only those that are one are allowed.
    decoded = re.sub("[\u3002\uff0e\uff61]", ".", decoded)
    if any(character != "." and "." in unicodedata.normalize("NFKC", character) for character in decoded):
        return None
    mapped = unicodedata.normalize("NFKC", decoded)
    # UTS 46 without transitional processing keeps the sharp s and the final sigma.
    mapped = unicodedata.normalize("NFKC", "".join(c if c in "\u00df\u03c2" else c.lower() for c in mapped))
    labels = mapped.split(".")
    shown = [label_shown(label) for label in labels]
    if None in shown or not all(map(bidi_allows, shown)):
        return None
    host = ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels)
    if not host or any(character in FORBIDDEN_HOST for character in host):
        return None
    return parse_ipv4(host) if ends_in_number(host) else host


def label_shown(label):
    """What a label in punycode stands for; None for a label that UTS 46 does not allow."""
    if label.startswith("xn--"):
        try:
            shown = label[4:].encode().decode("punycode")
        except (UnicodeError, OverflowError, ValueError):
            return None
        if not shown or shown.isascii() or "xn--" + shown.encode("punycode").decode() != label:
            return None
        if unicodedata.normalize("NFKC", shown.lower()) != shown and "\u00df" not in shown and "\u03c2" not in shown:
            return None
        label = shown
    if not label.isascii() and (is_mark(label[0]) or any(category(c) in ("Cn", "Co", "Cs", "Cf") and c not in "\u200c\u200d" for c in label)):
        return None
    return label if joiners_allow(label) else None


def joiners_allow(label):
    """RFC 5892 appendix A, as far as a joiner after a virama; the forms of Arabic letters by their ranges."""
    for at, character in enumerate(label):
        if character not in "\u200c\u200d":
            continue
        after_virama = at > 0 and unicodedata.combining(label[at - 1]) == 9
        arabic = character == "\u200c" and 0 < at < len(label) - 1 and label[at - 1] in CURSIVE and label[at + 1] in CURSIVE
        if not after_virama and not arabic:
            return False
    return True


def bidi_allows(label):
    """RFC 5893 section 2 for a label that begins from right to left; parsers differ on the others (section 8)."""
    kinds = [unicodedata.bidirectional(character) for character in label]
    if not kinds or kinds[0] not in ("R", "AL"):
        return True
    fit = set(kinds) <= {"R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM"} and not {"EN", "AN"} <= set(kinds)
    return fit and [kind for kind in kinds if kind != "NSM"][-1] in ("R", "AL", "EN", "AN")


def ends_in_number(host):
    last = (host[:-1] if host.endswith(".") else host).rpartition(".")[2]
    return bool(re.fullmatch("[0-9]+|0[xX][0-9A-Fa-f]*", last))


def parse_ipv4(host):
    parts = (host[:-1] if host.endswith(".") else host).split(".")
    numbers = []
    for part in parts:
        base = 16 if re.match("0[xX]", part) else 8 if len(part) > 1 and part[0] == "0" else 10
        digits = part[2:] if base == 16 else part
        if part == "" or not re.fullmatch({16: "[0-9A-Fa-f]*", 8: "[0-7]+", 10: "[0-9]+"}[base], digits):
            return None
        numbers.append(int(digits or "0", base))
    if len(numbers) > 4 or any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    value = numbers[-1] + sum(number << 8 * (3 - at) for at, number in enumerate(numbers[:-1]))
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def parse_ipv6(text):
    """Eight groups, the first of the longest runs of zeros as `::`; None for what is none."""
    head, gap, tail = text.partition("::")
    sides = []
    for side in (head, tail):
        groups = side.split(":") if side else []
        if groups and "." in groups[-1] and (side is tail or not gap):
            quad = groups.pop().split(".")
            if len(quad) != 4 or not all(re.fullmatch("0|[1-9][0-9]{0,2}", part) and int(part) < 256 for part in quad):
                return None
            a, b, c, d = map(int, quad)
            groups += [f"{a << 8 | b:x}", f"{c << 8 | d:x}"]
        if not all(re.fullmatch("[0-9A-Fa-f]{1,4}", group) for group in groups):
            return None
        sides.append([int(group, 16) for group in groups])
    count = len(sides[0]) + len(sides[1])
    if count > 7 if gap else count != 8:
        return None
    groups = sides[0] + [0] * (8 - count) + sides[1]
    best = max((zeros_from(groups, at), -at) for at in range(8))
    if best[0] < 2:
        return ":".join(f"{group:x}" for group in groups)
    start, end = -best[1], -best[1] + best[0]
    return ":".join(f"{g:x}" for g in groups[:start]) + "::" + ":".join(f"{g:x}" for g in groups[end:])


def zeros_from(groups, at):
    count = 0
    while at + count < 8 and groups[at + count] == 0:
        count += 1
    return count


def parse_path(path):
    segments = []
    parts = re.split(r"[/\\]", path)[1:] if path else [""]
    for at, part in enumerate(parts):
        plain = re.sub("%2e", ".", part, flags=re.I)
        final = at == len(parts) - 1
        if plain == "..":
            segments = segments[:-1]
        if plain in (".", ".."):
            if final:
                segments.append("")
            continue
        segments.append(encode(part, ' "#<>?`{}'))
    return "/" + "/".join(segments)


def normalise_url(address, reported):
    url = parse_url(address)
    if url is None:
        return None
    for _ in range(4):
        if url.scheme != "https" or url.port or url.user or not SAFELINKS.fullmatch(url.host):
            break
        carried = [value for name, value in parse_qsl(url.query or "", keep_blank_values=True) if name == "url"]
        inner = parse_url(carried[0]) if len(carried) == 1 else None
        if inner is None:
            break
        reported.add("redirector")
        url = inner
    pairs = (url.query or "").split("&")
    kept = [pair for pair in pairs if not is_tracking(pair)]
    if len(kept) < len(pairs):
        reported.add("tracking_parameters")
    query = "&".join(kept)
    whole = url.base + (f"?{query}" if query else "") + (f"#{url.fragment}" if url.fragment else "")
    return whole.replace("^", "%5E")


def is_tracking(pair):
    return pair.split("=", 1)[0].lower() in TRACKING and ";" not in pair


# Section 5: addresses in text

ENDS = BIDI | set(WHITE + '<>"' + "。、，．！？；：「」『』（）【】《》〈〉،؛؟۔।॥")
SENTENCE_END = set(".,;:!?'’”»…")
ANGLED = re.compile(f"<([A-Za-z][A-Za-z0-9+.\\-]*:[^{WHITE}<>]+)>")


def until_end(text, at):
    while at < len(text) and text[at] not in ENDS:
        at += 1
    return at


def find_links(text):
    """(start, end, address, angled) of each address; the end of a bare one is where it is cut."""
    at = 0
    while True:
        starts = [place for place in (text.find("<", at), find_http(text, at)) if place >= 0]
        if not starts:
            return
        at = min(starts)
        angled = ANGLED.match(text, at)
        if angled:
            yield at, angled.end(), angled[1], True
            at = angled.end()
            continue
        http = HTTP.match(text, at)
        end = until_end(text, http.end()) if http else at
        if not http or end == http.end():
            at += 1
            continue
        address = trim(text[at:end])
        yield at, at + len(address), address, False
        at = end


def find_http(text, at):
    found = HTTP.search(text, at)
    return found.start() if found else -1


def trim(address):
    spare = {close: address.count(close) - address.count(opener) for opener, close in ("()", "[]", "{}")}
    end = len(address)
    while end > 0:
        last = address[end - 1]
        if last in spare and spare[last] > 0:
            spare[last] -= 1
        elif last not in SENTENCE_END:
            break
        end -= 1
    return address[:end]


def stands_bare(url, following):
    rest = following[: until_end(following, 0)]
    return not any(character in WHITE + '<>"' for character in url) and trim(url + rest) == url


def normalise_links(text, reported):
    out = []
    done = 0
    for start, end, address, angled in find_links(text):
        url = normalise_url(address, reported)
        if angled:
            written = f"<{address if url is None else url}>"
        elif url is None:
            written = address
        else:
            written = url if stands_bare(url, text[end : until_end(text, end)]) else f"<{url}>"
        out.append(text[done:start] + written)
        done = end
    return "".join(out) + text[done:]


# Section 5: link runs


PLATFORMS = set(
    "x.com twitter.com bsky.app linkedin.com instagram.com threads.net threads.com facebook.com reddit.com tiktok.com "
    "youtube.com".split()
)
TAG_PAGES = ("tag", "tags", "hashtag", "hashtags")


def write_link(kind, shown, label, written, target, following, reported):
    word = label.strip(WHITE)
    target = target.strip(WHITE)
    if kind != "link" and re.match("[@#＃].", word) and not any(c in WHITE for c in word) and leads_to(word, target):
        if target:
            reported.add("mention_target")
        return written
    if not target:
        return written
    url = normalise_url(target, reported)
    if url is None:
        return write_other(label, written, target, reported)
    pair = len(word) > 1 and word[0] in "\u2066\u2067\u2068" and word[-1] == "\u2069"
    opened, inner, closed = (word[0], word[1:-1].strip(WHITE), word[-1]) if pair else ("", word, "")
    if not any(c in BIDI for c in inner):
        wrapped = parse_url(inner) if not any(c in WHITE for c in inner) else None
        if (wrapped and wrapped.host in ("t.co", "lnkd.in")) or is_address(inner, target, url):
            return opened + (url if stands_bare(url, closed + following) else f"<{url}>") + closed
    bare = [re.sub("[\u2066-\u2069]", "", each).strip(WHITE) for each in (shown, label)]
    looks = r"(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww]{3}\.)|[^" + WHITE + r"/]+\.[A-Za-z]{2,}(?:[/?#]|\Z)"
    if any(re.match(looks, each) for each in bare):
        reported.add("link_text_differs")
    return f"{written} <{url}>" if word else f"<{url}>"


def plain_part(part):
    return re.sub("^[@#]", "", decoded(part)).lower()


def leads_to(label, target):
    target = re.sub("[\t\n\r]", "", target)
    if not target or re.match("(?:did|at|acct|urn):", target, re.I):
        return True
    whole = label[1:].lower()
    name, _, server = whole.partition("@")
    if SCHEME.match(target):
        url = parse_url(target)
        if url is None or url.user or url.port:
            return False
        path, query, fragment = url.path, url.query or "", url.fragment
        own, host = re.sub(r"^www\.", "", url.host) in PLATFORMS, url.host
    else:
        if not re.match(r"/(?![/\\])", target):
            return False
        address, _, fragment = target.partition("#")
        path, _, query = address.partition("?")
        path, own, host = parse_path(path), True, None
    parts = [plain_part(part) for part in path[1:].removesuffix("/").split("/")]
    bare = not query and not fragment
    if label[0] == "@":
        at_home = bool(server) and host == server
        if not bare or not (own or at_home) or parts[-1] not in ([whole, name] if at_home else [whole]):
            return False
        return len(parts) == 1 or (len(parts) == 2 and parts[0] in ("in", "company", "profile", "user", "users", "u"))
    if not own and not bare:
        return False
    if len(parts) > 1 and parts[-2] in TAG_PAGES and parts[-1] == name:
        return True
    if not own or parts[-1] not in TAG_PAGES + ("search",):
        return False
    pairs = parse_qsl(query, keep_blank_values=True)
    return any(member in ("q", "keywords") and plain_part(value) == name for member, value in pairs)


def decoded(part):
    try:
        return unicodedata.normalize("NFC", unquote_to_bytes(part).decode())
    except UnicodeDecodeError:
        return part


def write_other(label, written, target, reported):
    word = label.strip(WHITE)
    if target[:7].lower() == "mailto:" and target[7:] == word:
        return written
    absolute = SCHEME.match(target)
    if not absolute:
        reported.add("relative_link")
        inside = "/" in word[1:]
        if inside and re.sub("^/|/$", "", target) == re.sub("^/|/$", "", word):
            return written
    coded = "".join(quote(c, safe="") if c in WHITE + "<>" else c for c in target)
    return f"{written} <{coded}>" if absolute else f"{written} <relative:{coded}>"


def without_scheme(address):
    return re.sub(r"^[Hh][Tt][Tt][Pp][Ss]?://(?:[Ww]{3}\.)?", "", address)


def is_address(shown, target, url):
    cut = re.search(r"(?:…|\.\.\.)\Z", shown)
    address = shown[: cut.start()] if cut else shown
    if any(character in WHITE for character in address) or not re.search("[.:]", address):
        return False
    scheme = HTTP.match(address)
    if scheme and not url.startswith(scheme[0].lower()):
        return False
    spelled = address if scheme else HTTP.match(url)[0] + address
    if not cut:
        normal = normalise_url(spelled, set())
        same = normal and re.sub("/$", "", without_scheme(normal)) == re.sub("/$", "", without_scheme(url))
        return bool(same)
    return begins_with(parse_url(target), spelled) or begins_with(parse_url(url), spelled)


def begins_with(whole, spelled):
    host = without_scheme(whole.origin)
    head = without_scheme(spelled)
    head = head[: len(host)].lower() + head[len(host) :]
    return len(head) >= len(host) and head.startswith(host) and without_scheme(whole.href).startswith(head)


# Section 1

def canonical_text(text, facets=()):
    try:
        reject_unfit(text)
    except UnicodeEncodeError:
        raise Rejected("ill_formed")
    if len(facets) > 512:
        raise Rejected("too_many_facets")
    units = text.encode("utf-16-le")
    runs = []
    done = 0
    for facet in sorted(facets, key=lambda each: each["start"]):
        start, end = facet["start"], facet["end"]
        whole = isinstance(start, int) and isinstance(end, int)
        if not whole or start < done or end <= start or 2 * end > len(units) or splits(units, start) or splits(units, end):
            raise Rejected("facet_range")
        runs.append(units[2 * done : 2 * start].decode("utf-16-le"))
        shown = units[2 * start : 2 * end].decode("utf-16-le")
        runs.append((facet["type"], shown, shown, facet.get("uri", "")))
        done = end
    runs.append(units[2 * done :].decode("utf-16-le"))
    return canonical_runs([run for run in runs if run], set())


def splits(units, at):
    after = units[2 * at : 2 * at + 2]
    return at > 0 and len(after) == 2 and 0xDC00 <= struct.unpack("<H", after)[0] < 0xE000


def one_space(text):
    white = WHITE.replace("\ufeff", "")
    return re.sub(f"[{white}]+", " ", text)


def canonical_runs(runs, reported):
    """`runs`: strings, and links as (kind, shown, label, target)."""
    for run in runs:
        reject_unfit(run if isinstance(run, str) else run[2] + run[3])
    parts = []
    for at, run in enumerate(runs):
        if isinstance(run, str):
            parts.append(run)
            continue
        kind, shown, label, target = run
        shown, written = one_space(shown), one_space(label)
        shown, label = (one_space(strip(each, reported)) for each in (shown, written))
        after = runs[at + 1] if at + 1 < len(runs) else ""
        following = strip(after, set()) if isinstance(after, str) else "x"
        parts.append(write_link(kind, shown, label, written, target, following, reported))
    joined = "".join(parts)
    reject_unfit(joined)
    canonical = joined
    for _ in range(8):
        before = canonical
        stripped = strip(before, reported)
        reject_marks(stripped)
        canonical = normalise_links(fold_spaces(stripped), reported)
        if canonical == before or not any(character in JOINERS or character == SEPARATOR for character in canonical):
            break
    reject_long(canonical)
    return canonical, sorted(reported)


# Section 6

TYPOGRAPHIC = set(" -‐‑‒–—―\"'.,;:!?*_`") | ranges(
    "A1 B4 B7 BF 60C 61B 61F 6D4 964 965 2022 2023 2025 2026 3001 3002 30FB FF01 FF02 FF07 FF0C FF0E FF1A FF1B FF1F "
    "FF61 FF64 FF65"
)
BARE_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,7}[A-Za-z]{2,24}")
SHORTCODE = re.compile(r":[A-Za-z0-9_+\-]{1,64}:")
EYES_FIRST = re.compile(r"[:;=]['’\-^]?[()\[\]{}/\\|*]")
LETTERED = re.compile(r"[:;]['’\-^]?[DPpOo3]")
MOUTH_FIRST = re.compile(r"[()\[\]{}/\\|*]['’\-^]?[:;=]")
SIGNS = "+-−‐‑‒–"
DASHES = "-‐‑‒–—―"


def in_word(character):
    return category(character)[:1] in ("L", "M", "N") or (character != "" and character in "\u200c\u200d\u180e")


def is_number(character):
    return category(character)[:1] == "N"


def is_one_of(character, characters):
    return character != "" and character in characters


def word_at(text, at):
    """The end of a word that begins at `at`, or None."""
    before = text[at - 1 : at] if at else ""
    begin = at
    if is_one_of(text[at], SIGNS) and not in_word(before) and not is_one_of(before, SIGNS):
        end = run_end(text, at, SIGNS)
        if is_number(text[end : end + 1]) or (is_one_of(text[end : end + 1], ".,") and is_number(text[end + 1 : end + 2])):
            begin = end
        elif text[at] in "-‐‑" and is_letter(text[at + 1 : at + 2]):
            begin = at + 1
    before = text[begin - 1 : begin] if begin else ""
    if is_one_of(text[begin], ".,") and is_number(text[begin + 1 : begin + 2]):
        if not in_word(before) and not is_one_of(before, ".,"):
            begin += 1
    return word_end(text, begin) if is_letter_or_number(text[begin]) else None


def run_end(text, at, characters):
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def word_end(text, at):
    at += 1
    while at < len(text):
        character, after = text[at], text[at + 1 : at + 2]
        if in_word(character) or (character in ".,:-‐‑'’_*·" and is_letter_or_number(after)):
            at += 1
        elif character == "*" and after == "*" and is_letter_or_number(text[at + 2 : at + 3]):
            at += 2
        elif character in "‒–—•、。・،，．：｡､･" and is_number(text[at - 1]) and is_number(after):
            at += 1
        else:
            break
    return at


def loose_sign(text, at):
    """The end of a typographic character that carries meaning where it stands, or None."""
    character = text[at]
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if character in "-‐‑‒–" and (category(after) in ("Sc", "Sm") or after == "("):
        if not in_word(before) and not is_one_of(before, SIGNS):
            return at + 1
    if character in DASHES and category(before) == "Sm":
        return at + 1
    if character in DASHES and not is_one_of(before, DASHES):
        end = run_end(text, at, DASHES)
        if stands_after_number(text, at) and stands_before_number(text, end):
            return end
    if character in "-‐‑" and in_word(before) and not in_word(after) and not is_one_of(after, "-‐‑"):
        return at + 1
    spaced = at > 1 and before == " " and after == " "
    if character in ":·・" and spaced and is_number(text[at - 2]) and is_number(text[at + 2 : at + 3]):
        return at + 1
    if character == "*" and spaced and text[at - 2] not in " *":
        return at + 1
    if character == "!" and not in_word(before) and before != "!":
        end = run_end(text, at, "!")
        if in_word(text[end : end + 1]) or is_one_of(text[end : end + 1], "=("):
            return end
    if character in ".…‥":
        end = run_end(text, at, ".") if character == "." else at + 1
        number = is_number(before) or (before == " " and at > 1 and is_number(text[at - 2]))
        following = end + (text[end : end + 1] == " ")
        if number and (character != "." or end > at + 1) and is_number(text[following : following + 1]):
            return end
    if is_number(before) and character in "'‘’":
        return at + 1 + is_one_of(after, "'‘’")
    if is_number(before) and character in '"“”»':
        return at + 1
    return None


def stands_after_number(text, at):
    """Perhaps a space, perhaps one of `) %` or Sc before it, and a number."""
    for space in (0, 1):
        for mark in (0, 1):
            end = at - space - mark
            if end < 1 or not is_number(text[end - 1]) or (space and text[at - 1] != " "):
                continue
            if not mark or text[end] in ")%" or category(text[end]) == "Sc":
                return True
    return False


def stands_before_number(text, at):
    at += text[at : at + 1] == " "
    at = run_end(text, at, SIGNS)
    if text[at : at + 1] == "(" or category(text[at : at + 1]) == "Sc":
        at += 1
    at += is_one_of(text[at : at + 1], ".,")
    return is_number(text[at : at + 1])


def emoji_at(text, at):
    if text[at] in FLAG_LETTER and text[at + 1 : at + 2] in FLAG_LETTER:
        end = at + 2
    elif text[at] in PICTOGRAPH:
        end = at + 1
        end += text[end : end + 1] in SKIN_TONE
        while "\U000e0020" <= text[end : end + 1] <= "\U000e007f":
            end += 1
        while text[end : end + 1] == "\u200d" and text[end + 1 : end + 2] in PICTOGRAPH:
            end += 2
            end += text[end : end + 1] in SKIN_TONE
    else:
        return None
    return marks_end(text, end)


def marks_end(text, at):
    while at < len(text) and is_mark(text[at]):
        at += 1
    return at


def is_typographic(character):
    return character in TYPOGRAPHIC or category(character) in ("Ps", "Pe", "Pi", "Pf")


def spell(token):
    token = re.sub("[‘’]", "'", token)
    token = '"' if token in ("“", "”", "»") else token
    token = re.sub("[‐‑‒–—―]", "-", token)
    if token in ("…", "‥") or re.fullmatch(r"\.{2,}", token):
        return ".."
    signs = re.match("[+\-−]*", token).end()
    signs = signs if signs < len(token) else signs - 1
    return token[:signs].replace("−", "-") + token[signs:] if signs > 0 else token


def plain_tokens(text, tokens):
    """Tokens of a text without addresses; returns how many words."""
    words = 0
    at = 0
    while at < len(text):
        end = word_at(text, at)
        if end:
            words += 1
        else:
            end = other_token(text, at)
        if end is None:
            at += 1
            continue
        tokens.append(spell(text[at:end]))
        at = end
    return words


def other_token(text, at):
    short = SHORTCODE.match(text, at)
    if short and not in_word(text[at - 1 : at] if at else "") and not in_word(text[short.end() : short.end() + 1]):
        return short.end()
    before = text[at - 1 : at] if at else ""
    emoticon = EYES_FIRST.match(text, at)
    if emoticon:
        return emoticon.end()
    emoticon = LETTERED.match(text, at)
    if emoticon and not in_word(before) and not in_word(text[emoticon.end() : emoticon.end() + 1]):
        return emoticon.end()
    emoticon = MOUTH_FIRST.match(text, at)
    if emoticon and before in ("", " ") and not in_word(text[emoticon.end() : emoticon.end() + 1]):
        return emoticon.end()
    loose = loose_sign(text, at)
    if loose:
        return loose
    emoji = emoji_at(text, at)
    if emoji:
        return emoji
    if text[at] != " " and marks_end(text, at + 1) > at + 1:
        return marks_end(text, at + 1)
    return None if is_typographic(text[at]) else at + 1


def shorten(url):
    bare = re.sub("^https?://", "", url)
    return bare[:-1] if re.fullmatch("[^/?#]*/", bare) else bare


def address_tokens(text, tokens):
    """Tokens of a text without links as section 5 finds them: addresses without a scheme, and what is between."""
    words = 0
    done = at = 0
    while True:
        found = BARE_HOST.search(text, at)
        if not found:
            break
        start, end = match_bare(text, found.start())
        if end is None:
            at = found.start() + 1
            continue
        address = trim(text[start:end])
        words += plain_tokens(text[done:start], tokens)
        host = re.match("[^/?#]*", address)[0]
        url = normalise_url(f"https://{address}", set()) if host == host.lower() else None
        tokens.append(address if url is None else shorten(url))
        done = start + len(address)
        at = end
    return words + plain_tokens(text[done:], tokens)


def match_bare(text, at):
    """A host that may begin at `at` and stand there, the longest that does; None where none does."""
    before = text[at - 1 : at] if at else ""
    if in_plain_word(before) or (before and before in "@.-_"):
        return at, None
    end = BARE_HOST.match(text, at).end()
    while not host_may_end(text, end):
        shorter = BARE_HOST.fullmatch(text, at, end - 1) or next(
            (m for stop in range(end - 2, at, -1) if (m := BARE_HOST.fullmatch(text, at, stop))), None
        )
        if shorter is None:
            return at, None
        end = shorter.end()
    if text[end : end + 1] and text[end] in "/?#":
        end = until_end(text, end)
    return at, end


def host_may_end(text, end):
    after = text[end : end + 2]
    for character in (after[:1], after[1:2] if after[:1] == "." else ""):
        if in_plain_word(character) or (character and character in "@-_"):
            return False
    return True


def in_plain_word(character):
    return category(character)[:1] in ("L", "M", "N")


NAME = r"([A-Za-z0-9._\-]{1,64})"
ADDRESS = r"([A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9.\-]{1,128})"
WEB = rf"<?(https?://[^{WHITE}<>]{{1,512}}?)>?"
NAMING = re.compile(
    rf"{NAME} mailing list(?: -- {ADDRESS})?|"
    rf'You received this message because you are subscribed to the Google Groups "{NAME}" group\.'
)
ADDRESSING = re.compile(
    rf"{ADDRESS}|To unsubscribe send an email to {ADDRESS}|"
    rf"To unsubscribe from this group and stop receiving emails from it, send an email to {ADDRESS}\."
)
LINKING = re.compile(rf"{WEB}|To view this discussion (?:on the web )?visit {WEB}\.?")


def without_list_footer(lines):
    for at in range(len(lines) - 2, max(-1, len(lines) - 8), -1):
        if re.fullmatch("_{20,}|--", lines[at]):
            return lines[:at] if is_footer(lines[at + 1 :]) else lines
    return lines


def is_footer(lines):
    first = NAMING.fullmatch(lines[0])
    if not first:
        return False
    name = (first[1] or first[3]).lower()
    addresses = [first[2]] if first[2] else []
    links = []
    for line in lines[1:]:
        address, link = ADDRESSING.fullmatch(line), LINKING.fullmatch(line)
        if address:
            addresses.append(address[1] or address[2] or address[3])
        elif link:
            links.append(link[1] or link[2])
        else:
            return False
    parts = [address.lower().split("@") for address in addresses]
    if any(local != name and not local.startswith((f"{name}+", f"{name}-")) for local, _ in parts) or len(links) > 1:
        return False
    return all(any(is_page_of_list(link.lower().removesuffix("."), name, domain) for _, domain in parts) for link in links)


def is_page_of_list(link, name, domain):
    host, path = re.match("https?://([^/?#]*)([^?#]*)", link).groups()
    own = "groups.google.com" if domain == "googlegroups.com" else domain
    names = (name, f"{name}@{domain}", f"{name}.{domain}")
    return (host == own or host.endswith(f".{own}")) and any(part in names for part in path.split("/"))


def after_mention(line, start, address):
    """Whether an address in angle brackets is the page of the mention before it."""
    if line[start] != "<" or line[max(0, start - 1) : start] != " ":
        return False
    word = line[: start - 1].rpartition(" ")[2]
    at = word.find("@")
    if at < 0 or len(word) - at < 2 or in_plain_word(word[at - 1 : at] if at else ""):
        return False
    url = parse_url(address)
    if url is None or url.user or url.port or url.query or url.fragment:
        return False
    parts = url.path[1:].removesuffix("/").split("/")
    return len(parts) <= 2 and plain_part(parts[-1]) == word[at + 1 :].lower()


def word_form(canonical):
    tokens = []
    words = depth = 0
    for line in without_list_footer(canonical.split("\n")):
        quoted = re.match("(?:> ?)*", line)[0]
        deep = quoted.count(">")
        if deep != depth:
            tokens.append("\n" + ">" * deep)
        depth = deep
        heading = re.match("#{1,6} ", line[len(quoted) :])
        done = len(quoted) + (len(heading[0]) if heading else 0)
        for start, end, address, _ in find_links(line):
            opened = start > done and line[start - 1] in "\u2066\u2067\u2068" and line[end : end + 1] == "\u2069"
            words += address_tokens(line[done : start - opened], tokens)
            done = end + opened
            if not after_mention(line, start, address):
                tokens.append(shorten(address))
        words += address_tokens(line[done:], tokens)
    return " ".join(tokens) if words else None


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hash_text(text, salt=None):
    data = text.encode()
    framed = b"hpt-1\0" + struct.pack(">I", len(data)) + data
    digest = hashlib.sha256(framed).digest() if salt is None else hmac.digest(salt, framed, "sha256")
    return base64url(digest)
