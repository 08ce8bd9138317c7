"""The canonical text hpt-1, written from docs/attestation-hpt.md with the standard library of Python 3.11 alone.

A second implementation, there to show that the page suffices. Offsets of facets count UTF-16 units, so facets are cut
from UTF-16. Of the WHATWG URL standard it does what the vectors need: special schemes http and https, user info,
domains through UTS 46 as far as NFKC, case folding and punycode reach, dotted decimal IPv4; no IPv6, no other number
spelling of hosts, and no table of forbidden domain characters beyond ASCII.
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
    selectors = 0
    while at < len(text):
        flag = next((each for each in FLAGS_OF_NATIONS if text.startswith(each, at)), None)
        if flag:
            kept.append(flag)
            at += len(flag)
            selectors = 0
            continue
        character = text[at]
        at += 1
        if character in SELECTORS:
            selectors += 1
            before = kept[-1] if kept else ""
            ordinary = selectors == 1 and character in "\ufe0e\ufe0f" and (before in PICTOGRAPH or before and before in "0123456789#*")
            if not ordinary:
                reported.add("variation_selectors")
            continue
        selectors = 0
        if character in REMOVED:
            reported.add("tag_characters" if character in TAGS else "zero_width")
            continue
        kept.append(character)
    return "".join(kept)


def remove_joiners(text, reported):
    kept = []
    for at, character in enumerate(text):
        if character in JOINERS:
            before = kept[-1] if kept else ""
            if not joiner_stays(before, character, text[at + 1 : at + 2]):
                reported.add("zero_width")
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
    "rb_clickid ref_src ref_url s_cid ttclid twclid vero_id wbraid wickedid yclid _hsenc _hsmi _openstat".split()
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
    host, colon, port = hostport.partition(":")
    if colon and not re.fullmatch("[0-9]*", port):
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


def parse_host(host):
    try:
        decoded = unquote_to_bytes(host.encode()).decode()
    except UnicodeDecodeError:
        return None
    mapped = unicodedata.normalize("NFKC", decoded.replace("\u3002", ".").replace("\u00ad", ""))
    # UTS 46 without transitional processing keeps the sharp s and the final sigma.
    mapped = unicodedata.normalize("NFKC", "".join(c if c in "\u00df\u03c2" else c.lower() for c in mapped))
    labels = []
    for label in mapped.split("."):
        labels.append(label if label.isascii() else "xn--" + label.encode("punycode").decode())
    host = ".".join(labels)
    if not host or any(character in FORBIDDEN_HOST for character in host):
        return None
    last = host.rstrip(".").rpartition(".")[2]
    if last.isdigit():
        parts = host.rstrip(".").split(".")
        return host if len(parts) == 4 and all(re.fullmatch("0|[1-9][0-9]{0,2}", p) and int(p) < 256 for p in parts) else None
    return host


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
    kept = [pair for pair in pairs if not is_tracking(pair.split("=", 1)[0].lower())]
    if len(kept) < len(pairs):
        reported.add("tracking_parameters")
    query = "&".join(kept)
    whole = url.base + (f"?{query}" if query else "") + (f"#{url.fragment}" if url.fragment else "")
    return whole.replace("^", "%5E")


def is_tracking(name):
    return name.startswith("utm_") or name in TRACKING


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


def write_link(kind, shown, label, target, following, reported):
    word = label.strip(WHITE)
    target = target.strip(WHITE)
    if kind != "link" and re.match("[@#＃].", word) and not any(c in WHITE for c in word) and leads_to(word[1:], target):
        if target:
            reported.add("mention_target")
        return label
    if not target:
        return label
    url = normalise_url(target, reported)
    if url is None:
        return write_other(label, target, reported)
    bare = [re.sub("[\u2066-\u2069]", "", each).strip(WHITE) for each in (shown, label)]
    wrapped = parse_url(bare[1]) if not any(c in WHITE for c in bare[1]) else None
    if (wrapped and wrapped.host in ("t.co", "lnkd.in")) or is_address(bare[1], target, url):
        return url if stands_bare(url, following) else f"<{url}>"
    looks = r"(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww]{3}\.)|[^" + WHITE + r"/]+\.[A-Za-z]{2,}(?:[/?#]|\Z)"
    if any(re.match(looks, each) for each in bare):
        reported.add("link_text_differs")
    return f"{label} <{url}>" if bare[1] else f"<{url}>"


def leads_to(name, target):
    if not target or (SCHEME.match(target) and not re.match("https?:", target, re.I)):
        return True
    rest = re.sub(r"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]*|^//[^/?#]*", "", target).partition("#")[0]
    path, _, query = rest.partition("?")
    parts = parse_path(path if path.startswith("/") else f"/{path}").split("/")
    parts += [value for _, value in parse_qsl(query, keep_blank_values=True)]
    named = {name.lower(), name.partition("@")[0].lower()}
    return any(re.sub("^[@#]", "", decoded(part)).lower() in named for part in parts)


def decoded(part):
    try:
        return unicodedata.normalize("NFC", unquote_to_bytes(part).decode())
    except UnicodeDecodeError:
        return part


def write_other(label, target, reported):
    word = label.strip(WHITE)
    if target[:7].lower() == "mailto:" and target[7:] == word:
        return label
    absolute = SCHEME.match(target)
    if not absolute:
        reported.add("relative_link")
        inside = "/" in word[1:]
        if inside and re.sub("^/|/$", "", target) == re.sub("^/|/$", "", word):
            return label
    coded = "".join(quote(c, safe="") if c in WHITE + "<>" else c for c in target)
    return f"{label} <{coded}>" if absolute else f"{label} <relative:{coded}>"


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
        shown, label = (re.sub(f"[{WHITE}]+", " ", strip(each, reported)) for each in (shown, label))
        after = runs[at + 1] if at + 1 < len(runs) else ""
        following = strip(after, set()) if isinstance(after, str) else "x"
        parts.append(write_link(kind, shown, label, target, following, reported))
    joined = "".join(parts)
    reject_unfit(joined)
    canonical = joined
    for _ in range(8):
        before = canonical
        stripped = strip(before, reported)
        reject_marks(stripped)
        canonical = normalise_links(fold_spaces(stripped), reported)
        if canonical == before or not any(character in JOINERS for character in canonical):
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
EMOTICON = re.compile(r"[:;=]['’\-^]?[()\[\]{}/\\|*]")


def in_word(character):
    return category(character)[:1] in ("L", "M", "N") or (character != "" and character in "\u200c\u200d\u180e")


def is_digit(character):
    return category(character) == "Nd"


def word_at(text, at):
    """The end of a word that begins at `at`, or None."""
    start = at
    before = text[at - 1 : at] if at else ""
    sign = text[at : at + 1]
    if sign and sign in "+-−‒–" and not (in_word(before) or (before and before in "+-−‒–")):
        after = text[at + 1 : at + 3]
        digits = is_digit(after[:1]) or (after[:1] in (".", ",") and is_digit(after[1:2]))
        if digits or (sign == "-" and is_letter(after[:1])):
            at += 1
    before = text[at - 1 : at] if at else ""
    if text[at : at + 1] in (".", ",") and is_digit(text[at + 1 : at + 2]) and not (in_word(before) or before in (".", ",")):
        at += 1
    if not is_letter_or_number(text[at : at + 1]):
        return None if at == start else word_at_plain(text, start)
    return word_end(text, at)


def word_at_plain(text, at):
    return word_end(text, at) if is_letter_or_number(text[at : at + 1]) else None


def word_end(text, at):
    at += 1
    while at < len(text):
        character, after = text[at], text[at + 1 : at + 2]
        inner = character in ".,:-‐‑'’_*·" and is_letter_or_number(after)
        dash = character in "‒–—，．：" and is_digit(text[at - 1]) and is_digit(after)
        if not (in_word(character) or inner or dash):
            break
        at += 1
    return at


def loose_sign(text, at):
    """The end of a typographic character that carries meaning where it stands, or None."""
    character = text[at]
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if character in "-‒–" and (category(after) in ("Sc", "Sm") or after == "("):
        if not (in_word(before) or (before and before in "+-−‒–")):
            return at + 1
    if character == "-" and category(before) == "Sm":
        return at + 1
    if character in "-‐‑" and in_word(before) and not (in_word(after) or (after and after in "-‐‑")):
        return at + 1
    spaced = at > 1 and before == " " and after == " "
    if character in "-‐‑‒–:·" and spaced and is_digit(text[at - 2]) and is_digit(text[at + 2 : at + 3]):
        return at + 1
    if character == "*" and spaced and text[at - 2] not in " *":
        return at + 1
    if character == "!" and not (in_word(before) or before == "!") and (after == "=" or in_word(after)):
        return at + 1
    for dots in ("...", "..", "…"):
        if text.startswith(dots, at) and is_digit(before) and is_digit(text[at + len(dots) : at + len(dots) + 1]):
            return at + len(dots)
    return None


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
    token = token.replace("’", "'")
    token = re.sub("[‐‑‒–—]", "-", token)
    if token in ("...", "…"):
        return ".."
    return "-" + token[1:] if token[0] == "−" and len(token) > 1 else token


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
    emoticon = EMOTICON.match(text, at)
    if emoticon:
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


ADDRESS = r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9.\-]{1,128}"
WEB = r"<?https?://[^\s<>]{1,512}>?"
OF_A_LIST = (
    rf"[A-Za-z0-9._\-]{{1,64}} mailing list(?: -- {ADDRESS})?|To unsubscribe send an email to {ADDRESS}|"
    r'You received this message because you are subscribed to the Google Groups "[A-Za-z0-9._\-]{1,64}" group\.|'
    rf"To unsubscribe from this group and stop receiving emails from it, send an email to {ADDRESS}\.|"
    rf"To view this discussion (?:on the web )?visit {WEB}\.?"
)
FOOTER_BEGINS = re.compile(OF_A_LIST)
FOOTER_LINE = re.compile(f"{OF_A_LIST}|{ADDRESS}|{WEB}")


def without_list_footer(lines):
    for at in range(len(lines) - 2, max(-1, len(lines) - 8), -1):
        found = re.fullmatch("_{20,}|--", lines[at]) and FOOTER_BEGINS.fullmatch(lines[at + 1])
        if found and all(FOOTER_LINE.fullmatch(line) for line in lines[at + 1 :]):
            return lines[:at]
    return lines


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
            words += address_tokens(line[done:start], tokens)
            tokens.append(shorten(address))
            done = end
        words += address_tokens(line[done:], tokens)
    return " ".join(tokens) if words else None


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hash_text(text, salt=None):
    data = text.encode()
    framed = b"hpt-1\0" + struct.pack(">I", len(data)) + data
    digest = hashlib.sha256(framed).digest() if salt is None else hmac.digest(salt, framed, "sha256")
    return base64url(digest)
