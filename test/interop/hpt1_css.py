"""The part of section 7 of docs/attestation-hpt.md that reads styles: tokens, declarations, and what each one does."""

import re

SPACE = re.compile(r"[ \t\n\f\r]+")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
NAME = r"[-0-9A-Z_a-z\u0080-\U0010ffff]"
IDENT = re.compile(rf"(?:--|-?[A-Za-z_\u0080-\U0010ffff]){NAME}*")
HASH = re.compile(rf"#{NAME}+")
STRING = re.compile(r'''"[^"\\\n\r\f]*"|'[^'\\\n\r\f]*\'''')
ESCAPED = re.compile(r'''\\[^\n\r\f]|"(?:[^"\\\n\r\f]|\\[^\n\r\f])*"|'(?:[^'\\\n\r\f]|\\[^\n\r\f])*\'''')
BARE_URL = re.compile("[ \t\n\f\r]*[^ \t\n\f\r\"'()\\\\\x00-\x08\x0b\x0e-\x1f\x7f]*[ \t\n\f\r]*\\)")
QUOTED = re.compile("[ \t\n\f\r]*[\"']")


def lower(text):
    """By ASCII alone."""
    return re.sub("[A-Z]+", lambda found: found[0].lower(), text)


class Token:
    def __init__(self, kind, text="", value=0.0, args=(), plain=True):
        self.kind, self.text, self.value, self.args, self.plain = kind, text, value, args, plain

    def is_sign(self, text):
        return self.kind == "sign" and self.text == text


def tokens_of(css, sheet=False):
    """None for what is not to be read. A number has its unit as text."""
    signs = ":;,/!{}@.>+~*" if sheet else ":;,/!"
    found = []
    opened = []
    at = 0

    def add(token):
        (opened[0][1] if opened else found).append(token)

    while at < len(css):
        space = SPACE.match(css, at)
        if space:
            at = space.end()
            continue
        if css.startswith("/*", at):
            end = css.find("*/", at + 2)
            if end < 0:
                return None
            at = end + 2
            continue
        number = NUMBER.match(css, at)
        if number:
            at = number.end()
            unit = ""
            ident = IDENT.match(css, at)
            if css.startswith("%", at):
                unit, at = "%", at + 1
            elif ident:
                unit, at = lower(ident[0]), ident.end()
            add(Token("number", unit, float(number[0])))
            continue
        if sheet and css.startswith("-->", at):
            at += 3
            continue
        ident = IDENT.match(css, at)
        if ident:
            at = ident.end()
            name = lower(ident[0])
            if not css.startswith("(", at):
                add(Token("ident", name))
                continue
            at += 1
            if name == "url" and not QUOTED.match(css, at):
                url = BARE_URL.match(css, at)
                if not url:
                    return None
                at = url.end()
                add(Token("url", name))
                continue
            if opened:
                opened[0][2] = False
            opened.append([name, [], name != "url"])
            continue
        mark = HASH.match(css, at)
        if mark:
            at = mark.end()
            add(Token("hash", lower(mark[0][1:])))
            continue
        string = STRING.match(css, at)
        if string:
            at = string.end()
            add(Token("string", lower(string[0][1:-1])))
            continue
        if sheet and css.startswith("<!--", at):
            at += 4
            continue
        escaped = ESCAPED.match(css, at) if sheet else None
        if escaped:
            at = escaped.end()
            add(Token("sign", "\\"))
            continue
        sign = css[at]
        at += 1
        if sign == ")" and opened:
            name, args, plain = opened.pop()
            if not opened:
                add(Token("function", name, args=args, plain=plain))
            continue
        if sign not in (",/" if opened else signs):
            return None
        add(Token("sign", sign))
    return None if opened else found


def split(tokens, sign):
    parts = [[]]
    for token in tokens:
        if token.is_sign(sign):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def read_declarations(tokens):
    """(name, value, important) of each; None if anything is no declaration."""
    found = []
    for part in split(tokens, ";"):
        if not part:
            continue
        if len(part) < 2 or part[0].kind != "ident" or not part[1].is_sign(":"):
            return None
        value = part[2:]
        important = len(value) > 1 and value[-1].kind == "ident" and value[-1].text == "important" and value[-2].is_sign("!")
        value = value[:-2] if important else value
        if not value or any(token.kind == "sign" and token.text not in ",/" for token in value):
            return None
        found.append((part[0].text, value, important))
    return found


def declarations_of(style):
    tokens = tokens_of(style)
    return None if tokens is None else read_declarations(tokens)


def sheet_declarations(css):
    rest = tokens_of(css, True)
    if rest is None:
        return None
    found = []
    while rest:
        signs = [at for at, token in enumerate(rest) if token.kind == "sign" and token.text in "{}"]
        if len(signs) < 2 or rest[signs[0]].text != "{" or rest[signs[1]].text != "}":
            return None
        prelude, block, rest = rest[: signs[0]], rest[signs[0] + 1 : signs[1]], rest[signs[1] + 1 :]
        if not prelude or any(token.kind == "sign" and token.text in "@;\\" for token in prelude[1:]):
            return None
        if prelude[0].is_sign("@"):
            name = prelude[1].text if len(prelude) > 1 and prelude[1].kind == "ident" else ""
            if name in ("page", "list"):
                continue
            names = read_declarations(block)
            if name != "font-face" or len(prelude) != 2 or names is None:
                return None
            allowed = re.compile(r"font-(?:family|style|weight|stretch)|panose-1|mso-[a-z-]+")
            if not all(allowed.fullmatch(each) for each, _, _ in names):
                return None
            continue
        if prelude[0].is_sign(";") or prelude[0].is_sign("\\"):
            return None
        declared = read_declarations(block)
        if declared is None:
            return None
        found += declared
    return found


def word_of(value):
    return value[0].text if len(value) == 1 and value[0].kind == "ident" else ""


# Colours

NAMED = dict(
    pair.split(":")
    for pair in (
        "aqua:00ffff black:000000 blue:0000ff fuchsia:ff00ff gray:808080 grey:808080 green:008000 lime:00ff00 "
        "maroon:800000 navy:000080 olive:808000 orange:ffa500 purple:800080 red:ff0000 silver:c0c0c0 teal:008080 "
        "white:ffffff windowtext:000000 yellow:ffff00"
    ).split()
)


def linear(level):
    share = level / 255
    return int(1e6 * (share / 12.92 if level <= 10 else ((share + 0.055) / 1.055) ** 2.4) + 0.5)


LINEAR = [linear(level) for level in range(256)]


def weigh(levels):
    return 2126 * LINEAR[levels[0]] + 7152 * LINEAR[levels[1]] + 722 * LINEAR[levels[2]]


BLACK, WHITE, PAPER = 0, 10_000_000_000, 8_500_000_000
LINK, MARKER = weigh((0, 0, 0xEE)), weigh((255, 255, 0))


def hex_brightness(digits):
    if re.fullmatch("[0-9a-f]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch("[0-9a-f]{6}", digits):
        return None
    return weigh([int(digits[at : at + 2], 16) for at in (0, 2, 4)])


def brightness(token):
    if token.kind == "ident":
        return hex_brightness(NAMED.get(token.text, ""))
    if token.kind == "hash":
        return hex_brightness(token.text)
    if token.kind != "function" or token.text != "rgb" or not token.plain:
        return None
    levels = [arg.value for arg in token.args if arg.kind == "number" and arg.text == ""]
    shape = "".join("," if arg.is_sign(",") else "n" if arg.kind == "number" and arg.text == "" else "?" for arg in token.args)
    if shape not in ("n,n,n", "nnn") or any(level < 0 or level > 255 or level != int(level) for level in levels):
        return None
    return weigh([int(level) for level in levels])


def attribute_brightness(value):
    value = lower(value)
    return hex_brightness(value[1:] if re.fullmatch("#[0-9a-f]{6}", value) else NAMED.get(value, ""))


def differ(one, other):
    """By a contrast ratio of at least 4.5."""
    dark, light = sorted((one, other))
    return 10 * (light + 500_000_000) >= 45 * (dark + 500_000_000)


def is_dark(text, behind):
    """Told from what is behind, and darker."""
    return text < behind and differ(text, behind)


# Fonts

KEYWORD_SIZES = {"small": 13, "medium": 16, "initial": 16, "large": 18}
PIXELS = {"px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 9.6 / 2.54}
GLOBAL = ("initial", "unset", "inherit")
PICTURE_FONTS = re.compile(
    " *(?:(?:wing|web)dings.*|symbol|marlett|(?:itc )?zapf ?dingbats|mt extra|ms outlook|ms reference specialty|"
    "bookshelf symbol.*|adobe blank.*) *"
)


def pixels(token):
    if token.kind != "number":
        return None
    if token.text == "":
        return 0 if token.value == 0 else None
    factor = PIXELS.get(token.text)
    return None if factor is None else token.value * factor


def size_of(value, parent):
    if len(value) != 1:
        return None
    token = value[0]
    if token.kind == "ident":
        if token.text in ("inherit", "unset"):
            return parent
        return KEYWORD_SIZES.get(token.text)
    return pixels(token)


def readable(size):
    return 9 <= size <= 40


def family_grade(value):
    if any(not (token.kind in ("ident", "string") or token.is_sign(",")) for token in value):
        return "own"
    families = [" ".join(token.text for token in part) if part else None for part in split(value, ",")]
    if None in families:
        return "own"
    return "own" if any(PICTURE_FONTS.fullmatch(name) for name in families) else "plain"


def font_parts(value):
    """(size, family, grade of the height of lines, that height) of a `font`."""
    at = next((at for at, token in enumerate(value) if token.kind == "number" and token.text != ""), None)
    if at is None:
        return None
    for token in value[:at]:
        weight = token.kind == "number" and token.value in range(100, 1000, 100)
        if not weight and not (token.kind == "ident" and re.fullmatch("normal|italic|oblique|bold|bolder|lighter", token.text)):
            return None
    if at + 1 < len(value) and value[at + 1].is_sign("/"):
        if at + 2 >= len(value):
            return None
        return value[at : at + 1], value[at + 3 :], grade_of("line-height", value[at + 2 : at + 3], False, None), value[at + 2 : at + 3]
    return value[at : at + 1], value[at + 1 :], "plain", []


# Properties

WORDS = set(
    "font-style font-weight font-smooth -webkit-font-smoothing -moz-osx-font-smoothing text-rendering clear cursor "
    "-webkit-nbsp-mode -webkit-line-break page page-break-before page-break-after page-break-inside break-before "
    "break-after break-inside orphans widows border-collapse box-sizing text-underline-position text-decoration-style "
    "text-decoration-skip-ink background-repeat background-attachment user-select -webkit-user-select mso-style-name "
    "mso-style-type mso-style-priority mso-style-link mso-style-parent mso-style-next mso-style-noshow mso-style-unhide "
    "mso-style-qformat mso-list mso-line-height-rule mso-pagination mso-ligatures mso-highlight mso-outline-level "
    "mso-no-proof mso-line-break-override mso-spacerun mso-tab-count mso-add-space mso-font-kerning mso-font-charset "
    "mso-font-pitch mso-generic-font-family mso-fareast-language mso-ansi-language mso-bidi-language "
    "mso-ascii-theme-font mso-hansi-theme-font mso-fareast-theme-font mso-bidi-theme-font mso-fareast-font-family "
    "mso-bidi-font-family mso-ascii-font-family mso-hansi-font-family mso-bidi-font-weight mso-bidi-font-style".split()
)
ANY = set("caret-color accent-color -webkit-tap-highlight-color background-position background-size".split())


def listed(text):
    return {entry.split()[0]: set(entry.split()[1:]) for entry in text.split(";")}


OWN = listed(
    "text-align left start center right end justify; text-align-last auto; text-justify auto; text-overflow clip; "
    "text-indent 0; letter-spacing normal 0; word-spacing normal 0; white-space normal; word-break normal; "
    "word-wrap normal break-word; overflow-wrap normal break-word; line-break auto normal after-white-space; "
    "hyphens none manual; -webkit-hyphens none manual; font-stretch normal; font-kerning auto normal none; "
    "font-optical-sizing auto none; list-style-position outside; visibility visible; overflow visible; overflow-x visible; overflow-y visible; "
    "content-visibility visible; text-transform none; font-variant normal; font-variant-caps normal; "
    "font-variant-ligatures normal; font-variant-numeric normal; font-variant-east-asian normal; "
    "font-variant-alternates normal; font-variant-position normal; font-feature-settings normal; "
    "font-variation-settings normal; font-size-adjust none; writing-mode horizontal-tb; background-image none; "
    "background-clip border-box padding-box; background-origin border-box padding-box; text-decoration-color "
    "currentcolor; text-decoration-thickness auto; text-underline-offset auto; list-style-image none; table-layout auto; caption-side top; "
    "mso-hide none; color-scheme normal light"
)
AROUND = listed(
    "position static; float none; top auto; right auto; bottom auto; left auto; z-index auto; transform none; translate none; "
    "rotate none; scale none; filter none; clip auto; clip-path none; mask none; mix-blend-mode normal; box-shadow none; "
    "text-shadow none; outline none 0; border-image none; animation none; transition none"
)
# Pixels, per cent, mere numbers, words.
ADJUST = (None, (100, 100), None, ("none", "auto"))
RANGES = {
    "line-height": ((8, 200), (100, 500), (1, 5), ("normal",)),
    "opacity": (None, (100, 100), (1, 1), ()),
    "zoom": (None, (100, 100), (1, 1), ("normal",)),
    "-webkit-text-size-adjust": ADJUST,
    "-ms-text-size-adjust": ADJUST,
    "text-size-adjust": ADJUST,
    "-webkit-text-stroke-width": ((0, 0), None, None, ()),
    "mso-table-lspace": ((0, 100), None, None, ()),
    "mso-table-rspace": ((0, 100), None, None, ()),
    "mso-bidi-font-size": ((6, 200), None, None, ()),
    "mso-margin-top-alt": ((0, 100), None, None, ("auto",)),
    "mso-margin-bottom-alt": ((0, 100), None, None, ("auto",)),
    "width": (None, (100, 100), None, ("auto",)),
    "min-width": ((0, 0), None, None, ("auto",)),
    "max-width": (None, (100, 100), None, ("none",)),
    "height": (None, None, None, ("auto",)),
    "min-height": ((0, 0), None, None, ("auto",)),
    "max-height": (None, None, None, ("none",)),
}
GROWING = ((0, 800), (0, 100), None, ("auto", "none"))
SIZED = {
    "cell": ("width height", GROWING),
    "table": ("width height max-width", GROWING),
    "picture": ("width height max-width max-height min-height", ((6, 2000), (10, 100), None, ("auto", "none"))),
}
SIZE = re.compile("(?:min-|max-)?(?:width|height)")
OF_PICTURES = {"aspect-ratio", "object-fit", "object-position"}
SIDE = "(?:-(?:top|right|bottom|left))?"
MARGIN = re.compile(f"margin{SIDE}")
EDGE = re.compile(f"padding{SIDE}|border{SIDE}(?:-(?:width|style|color))?")
CORNER = re.compile("border-(?:(?:top|bottom)-(?:left|right)-)?radius|border-spacing")


def worse(*grades):
    return max(grades, key=("plain", "own", "around").index)


def grade_of(name, value, inline, sized):
    if name.startswith("--"):
        return "plain"
    word = word_of(value)
    if word in GLOBAL:
        known = name in ANY | WORDS | OF_PICTURES or name in RANGES or name in OWN or name in AROUND
        edges = MARGIN.fullmatch(name) or EDGE.fullmatch(name) or CORNER.fullmatch(name)
        another = word == "inherit" and (SIZE.fullmatch(name) or MARGIN.fullmatch(name) or EDGE.fullmatch(name))
        return "plain" if (known or edges) and not another else "around"
    if name in ANY or name in OF_PICTURES and sized == "picture":
        odd = (token.kind == "url" or token.kind == "function" and not is_colour(token) for token in value)
        return "own" if any(odd) else "plain"
    if name in WORDS:
        return "plain" if all(is_word(token) for token in value) else "own"
    if name in OF_PICTURES:
        return "own"
    bounds = SIZED[sized][1] if sized and name in SIZED[sized][0].split() else RANGES.get(name)
    if bounds:
        certain = len(value) == 1 and within(value[0], bounds)
        return "plain" if certain else "around" if SIZE.fullmatch(name) else "own"
    if len(value) == 1 and value[0].kind == "number" and value[0].value == 0:
        word = "0"
    if name in OWN:
        return "plain" if word in OWN[name] else "own"
    if name in AROUND:
        return "plain" if word in AROUND[name] else "around"
    if MARGIN.fullmatch(name) or CORNER.fullmatch(name) or EDGE.fullmatch(name):
        if inline and not CORNER.fullmatch(name):
            none = name.startswith("border") and any(token.kind == "ident" and token.text == "none" for token in value)
            return "plain" if none or all(is_no_edge(token) for token in value) else "around"
        return "plain" if all(is_edge(token) for token in value) else "around"
    return "own" if name.startswith("mso-") else "around"


def is_word(token):
    return token.kind in ("ident", "string") or token.is_sign(",") or token.kind == "number" and token.text in ("", "pt")


def is_colour(token):
    return token.kind == "function" and token.text in ("rgb", "rgba") and token.plain


def between(value, bounds):
    return value is not None and bounds is not None and bounds[0] <= value <= bounds[1]


def within(token, bounds):
    px, percent, number, words = bounds
    if token.kind != "number":
        return token.kind == "ident" and token.text in words
    if token.text == "%":
        return between(token.value, percent)
    if token.text == "" and number:
        return between(token.value, number)
    return between(pixels(token), px)


DRAWN = set("auto thin medium thick solid dashed dotted double groove ridge inset outset".split())


def is_no_edge(token):
    if token.kind == "number":
        return token.value == 0 and pixels(token) is not None
    return token.kind == "hash" or is_colour(token) or token.kind == "ident" and token.text not in DRAWN


def is_edge(token):
    if token.kind == "function":
        return is_colour(token)
    if token.kind != "number":
        return token.kind in ("ident", "hash", "sign")
    return between(edge_pixels(token), (0, 100))


def edge_pixels(token):
    if token.kind == "number" and token.text == "ex":
        return 10 * token.value if token.value <= 1 else None
    return pixels(token)


def indent_of(declarations):
    """Pixels by which margins, paddings and borders move what is inside to a side."""
    most = {"margin": 0, "padding": 0, "border": 0}
    for name, value, _ in declarations:
        found = re.fullmatch("(margin|padding|border)(?:-(?:left|right))?(?:-width|-style)?", name)
        if not found:
            continue
        kind = found[1]
        aside = value if kind == "border" or len(value) == 1 else [value[1], value[3] if len(value) > 3 else value[1]]
        drawn = kind == "border" and any(token.kind == "ident" and token.text in DRAWN for token in value)
        most[kind] = max(most[kind], 5 if drawn else 0, *[edge_pixels(token) or 0 for token in aside])
    return sum(most.values())


def end_border_of(declarations):
    """Pixels of the border on the right that these may draw."""
    most = 0
    for name, value, _ in declarations:
        if not re.fullmatch("border(-right)?(-width|-style)?", name):
            continue
        lengths = [edge_pixels(token) for token in value if edge_pixels(token) is not None]
        words = [token.text for token in value if token.kind == "ident"]
        most = max(most, *lengths or [5 if "thick" in words else 3 if DRAWN & set(words) else 0])
    return most


def harmless(declaration):
    """Of a style sheet, to any element."""
    name, value, important = declaration
    if important:
        return False
    if name == "color":
        shade = brightness(value[0]) if len(value) == 1 else None
        return shade is not None and differ(PAPER, shade)
    if name == "font-size":
        size = pixels(value[0]) if len(value) == 1 else None
        return size is not None and 12 <= size <= 24
    if name == "font-family":
        return word_of(value) in GLOBAL or family_grade(value) == "plain"
    if name == "text-decoration":
        return word_of(value) == "underline"
    if name in ("margin", "margin-left", "margin-right"):
        return all(pixels(token) == 0 for token in value)
    named = name in ("font-style", "font-weight", "margin-top", "margin-bottom", "page") or name.startswith("mso-")
    return named and grade_of(name, value, False, None) == "plain"
