"""Section 7 of docs/attestation-hpt.md: what a browser would display of a post's HTML, as runs for the canonical text.

The parser is a small one over html.parser: void elements, raw text, implied end tags of paragraphs, items, cells and
links. It builds the tree that the HTML standard asks for on markup as platforms send it; it does not repair misnested
formatting or tables as the standard's algorithm does, and the vectors do not ask for that.
"""

import re
from html.parser import HTMLParser

from hpt1 import (
    FLAG_LETTER,
    PICTOGRAPH,
    SKIN_TONE,
    WHITE,
    Rejected,
    canonical_runs,
    category,
)

NOT_SHOWN = set(
    "script style template head title iframe object embed canvas audio video datalist noframes rp".split()
)
EMBEDDED = set("svg math select textarea noscript".split())
BLOCK = set(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section summary "
    "table tbody tfoot thead tr ul xmp".split()
)
PREFORMATTED = set("pre listing plaintext xmp".split())
STYLED = set("position float transform text-transform letter-spacing word-spacing writing-mode filter content order".split())
VOID = set("area base br col embed hr img input link meta param source track wbr".split())
MARKS = {
    "s": ("~~", "~~"),
    "strike": ("~~", "~~"),
    "del": ("~~", "~~"),
    "sup": ("^(", ")"),
    "sub": ("_(", ")"),
    "q": ("“", "”"),
    "rt": ("(", ")"),
}
CLOSES_P = BLOCK - {"body", "caption", "legend", "tbody", "tfoot", "thead", "tr", "td", "th", "li", "dd", "dt"}
# A start tag ends an open element of these names, up to the nearest of the others.
IMPLIED = {
    "li": ({"li"}, {"ol", "ul", "menu"}),
    "dd": ({"dd", "dt"}, {"dl"}),
    "dt": ({"dd", "dt"}, {"dl"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "rt": ({"rt", "rp"}, {"ruby"}),
    "rp": ({"rt", "rp"}, {"ruby"}),
}
NAMED = (
    "slight_smile 🙂 smile 😄 smiley 😃 grin 😁 grinning 😀 joy 😂 rofl 🤣 wink 😉 blush 😊 heart_eyes 😍 thinking "
    "🤔 cry 😢 sob 😭 rage 😡 angry 😠 sweat_smile 😅 laughing 😆 sunglasses 😎 neutral_face 😐 confused 😕 "
    "disappointed 😞 open_mouth 😮 scream 😱 sleeping 😴 upside_down_face 🙃 innocent 😇 yum 😋 relieved 😌 "
    "kissing_heart 😘 hugs 🤗 face_with_raised_eyebrow 🤨 partying_face 🥳 pleading_face 🥺 "
    "smiling_face_with_three_hearts 🥰 nerd_face 🤓 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 clap 👏 wave 👋 pray 🙏 "
    "muscle 💪 ok_hand 👌 point_up ☝ point_right 👉 point_left 👈 point_down 👇 raised_hands 🙌 crossed_fingers "
    "🤞 v ✌ metal 🤘 facepalm 🤦 shrug 🤷 heart ❤ broken_heart 💔 fire 🔥 tada 🎉 rocket 🚀 star ⭐ warning ⚠ "
    "white_check_mark ✅ heavy_check_mark ✔ x ❌ question ❓ exclamation ❗ eyes 👀 bulb 💡 100 💯 sparkles ✨ "
    "sunny ☀ rainbow 🌈 coffee ☕ beer 🍺 pizza 🍕 cake 🍰 birthday 🎂 gift 🎁 dog 🐶 cat 🐱 rose 🌹 car 🚗 bike 🚲 "
    "house 🏠 books 📚 calendar 📅 lock 🔒 key 🔑 moneybag 💰 skull 💀 ghost 👻 robot 🤖 see_no_evil 🙈 "
).split()
EMOJI = {f":{name}:": emoji for name, emoji in zip(NAMED[::2], NAMED[1::2])}
SPACE = " \t\n\f\r"


class Element:
    def __init__(self, name, attributes):
        self.name, self.attributes, self.children = name, attributes, []

    def get(self, name):
        return self.attributes.get(name)

    def has_class(self, name):
        return name in (self.get("class") or "").split()


class Tree(HTMLParser):
    CDATA_CONTENT_ELEMENTS = ("script", "style")

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.raw = None
        self.after_pre = False
        self.elements = 0

    def handle_starttag(self, name, attributes):
        if self.raw:
            self.add_text(self.get_starttag_text())
            return
        if name in ("html", "head", "body"):
            return  # A fragment has none of its own.
        if name == "a":
            self.close_open_link()
        if name in CLOSES_P:
            self.close({"p"}, {"button", "td", "th", "caption", "blockquote", "div", "li", "dd", "dt"} - {name} | {"blockquote", "div"})
        if name in IMPLIED:
            names, bounds = IMPLIED[name]
            self.close(names, bounds)
        first = {}
        for key, value in attributes:
            first.setdefault(key, value or "")
        element = Element(name, first)
        self.elements += 1
        if self.elements > 20_000:
            raise Rejected("too_long")
        self.open[-1].children.append(element)
        if name in VOID:
            return
        self.open.append(element)
        if len(self.open) > 512:
            raise Rejected("too_long")
        self.after_pre = name in ("pre", "textarea")
        if name in ("title", "textarea", "iframe", "noscript", "noframes", "xmp"):
            self.raw = name

    def handle_startendtag(self, name, attributes):
        # A slash closes nothing in HTML, but for elements of SVG and MathML.
        self.handle_starttag(name, attributes)
        if name not in VOID and any(each.name in ("svg", "math") for each in self.open):
            self.open.pop()

    def close_open_link(self):
        return self.close({"a"}, set())

    def close(self, names, bounds):
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].name in names:
                del self.open[at:]
                return True
            if self.open[at].name in bounds:
                return False
        return False

    def handle_endtag(self, name):
        if self.raw:
            if name != self.raw:
                self.add_text(f"</{name}>")
                return
            self.raw = None
        if name == "br":
            self.handle_starttag("br", [])
            return
        if name in VOID or name in ("html", "head", "body"):
            return
        self.close({name}, set())

    def handle_data(self, data):
        self.add_text(data)

    def add_text(self, data):
        if self.after_pre and data.startswith("\n"):
            data = data[1:]
        self.after_pre = False
        self.open[-1].children.append(data)


def style_of(element):
    style = element.get("style")
    if style is None:
        return {}
    if "\\" in style:
        return None
    found = {}
    for declaration in re.sub(r"/\*.*?(?:\*/|\Z)", "", style, flags=re.S).lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = re.sub(r"\s*!\s*important\s*$", "", value).strip()
    return found


ZERO = r"(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?$"
HIDING = {
    "display": "none$",
    "visibility": "(?:hidden|collapse)$",
    "content-visibility": "hidden$",
    "opacity": ZERO,
    "font-size": ZERO,
    "color": "transparent$",
    "mso-hide": "all$",
    "text-indent": r"-\d{3}",
    "left": r"-\d{3}",
    "top": r"-\d{3}",
    "clip": r"rect\(\s*0",
    "clip-path": r"inset\(\s*(?:50|100)%",
}


def is_hidden(element, style):
    if style is None or element.get("hidden") is not None:
        return True
    if element.name == "dialog" and element.get("open") is None:
        return True
    if any(name in style and re.match(value, style[name], re.ASCII) for name, value in HIDING.items()):
        return True
    flat = any(re.match(ZERO, style.get(name, "1")) for name in ("height", "max-height", "width", "max-width"))
    return flat and style.get("overflow") == "hidden"


def texts(nodes):
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.name not in ("title", "desc", "style", "script"):
            yield from texts(node.children)


def is_emoji(alt):
    if re.fullmatch(r":[A-Za-z0-9_+\-]{1,64}:", alt):
        return True
    for at, character in enumerate(alt):
        tags = "\U000e0020" <= character <= "\U000e007f"
        parts = character in "\u200d\ufe0e\ufe0f\u20e3" or character in FLAG_LETTER or character in SKIN_TONE
        key = character in "0123456789#*" and re.match("\ufe0f?\u20e3", alt[at + 1 : at + 3])
        if not (tags or parts or key or character in PICTOGRAPH):
            return False
    return alt != ""


def integer(value):
    found = re.match(r"\s*([+-]?[0-9]{1,9})", value or "")
    return int(found[1]) if found else None


def numeral(number, kind):
    text = str(number)
    if kind in ("a", "A") and number >= 1:
        text = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            text = chr(97 + rest) + text
    elif kind in ("i", "I") and 1 <= number <= 3999:
        text = ""
        for value, letters in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "m cm d cd c xc l xl x ix v iv i".split()
        ):
            text += letters * (number // value)
            number %= value
    return text.upper() if kind in ("A", "I") else text


def mark_of(name, style):
    if name in MARKS:
        return MARKS[name]
    if re.search(r"\bline-through\b", style.get("text-decoration", "") + " " + style.get("text-decoration-line", "")):
        return MARKS["del"]
    return {"super": MARKS["sup"], "sub": MARKS["sub"]}.get(style.get("vertical-align"))


class Reader:
    def __init__(self, root):
        self.root = root
        self.runs = []
        self.reported = set()
        self.link = None
        self.pre = self.quote = self.invisible = 0
        self.line_start = True
        self.numbered = False
        self.lists = []

    def read(self, nodes):
        for node in nodes:
            if isinstance(node, str):
                self.write(node if self.pre else re.sub(f"[{SPACE}]+", " ", node))
            else:
                self.element(node)

    def element(self, node):
        name = node.name
        if name == "style":
            self.reported.add("style_sheet")
        if name in NOT_SHOWN:
            return
        style = style_of(node)
        if is_hidden(node, style):
            self.reported.add("hidden_text")
            return
        if name in EMBEDDED:
            if any(text.strip(WHITE) for text in texts(node.children)):
                self.reported.add("embedded")
                self.write("\ufffc")
            return
        if name == "img":
            alt = node.get("alt") or ""
            if is_emoji(alt):
                self.write(EMOJI.get(alt, alt))
            else:
                self.reported.add("picture")
        if name == "br":
            self.numbered = False
            self.edge()
        if STYLED & set(style):
            self.reported.add("styled")
        block = name in BLOCK or re.match(r"(?:block|list-item|flow-root|table|flex|grid)\b", style.get("display", ""))
        if block:
            self.edge()
        if name in ("td", "th"):
            self.write(" ")
        self.pre += name in PREFORMATTED
        self.quote += name == "blockquote"
        if name in ("ol", "ul", "menu"):
            self.lists.append(self.open_list(node, style))
        if name == "li":
            self.number(node)
        part = self.link is not None and node.has_class("invisible")
        self.invisible += part
        opened = name == "a" and self.link is None
        if opened:
            self.link = [self.kind(node), "", "", node.get("href") or ""]
        direction = self.direction(node, style)
        if direction:
            self.write(direction[0])
        around = mark_of(name, style)
        mark = self.open_mark(around) if around else None
        self.read(node.children)
        if mark:
            mark()
        if direction:
            self.write(direction[1])
        if opened:
            self.close_link()
        self.invisible -= part
        if name == "li":
            self.numbered = False
        if name in ("ol", "ul", "menu"):
            self.lists.pop()
        if name == "blockquote":
            self.edge()
            self.quote -= 1
        self.pre -= name in PREFORMATTED
        if block:
            self.edge()

    def write(self, text):
        if self.link is not None:
            self.link[2] += text
            if not self.invisible:
                self.link[1] += text
            return
        if not text.strip(SPACE):
            self.runs.append(text)
            self.line_start = self.line_start or "\n" in text
            return
        self.begin_line()
        prefix = "> " * min(self.quote, 8)
        self.runs.append(re.sub("\n(?=[^\n])", "\n" + prefix, text))
        self.line_start = re.search("\n[ \t]*\\Z", text) is not None

    def begin_line(self):
        if self.line_start and self.quote:
            self.runs.append("> " * min(self.quote, 8))
        self.line_start = self.numbered = False

    def edge(self):
        if not self.numbered:
            self.write("\n")

    def open_list(self, node, style):
        bare = re.search(r"\bnone\b", style.get("list-style", style.get("list-style-type", "")))
        backwards = node.get("reversed") is not None
        items = sum(1 for child in node.children if isinstance(child, Element) and child.name == "li")
        start = integer(node.get("start"))
        first = start if start is not None else items if backwards else 1
        kind = node.get("type")
        return [node.name == "ol" and not bare, first, -1 if backwards else 1, "1" if kind is None else kind]

    def number(self, node):
        if not self.lists:
            return
        current = self.lists[-1]
        value = integer(node.get("value"))
        number = current[1] if value is None else value
        current[1] = number + current[2]
        if current[0]:
            self.write(numeral(number, current[3]) + ". ")
            self.numbered = True

    def open_mark(self, mark):
        before, after = mark
        linked = self.link is not None
        self.write(before)
        at = len(self.runs)

        def close():
            inside = self.runs[at:]
            words = [run for run in inside if not isinstance(run, str) or run.strip(WHITE)]
            ordinal = before == "^(" and len(inside) == 1 and isinstance(inside[0], str) and re.fullmatch("st|nd|rd|th", inside[0], re.I)
            if not linked and (ordinal or not words):
                self.runs[at - 1] = ""
            else:
                self.write(after)

        return close

    def kind(self, node):
        if node.has_class("hashtag") or "tag" in (node.get("rel") or "").split():
            return "tag"
        return "mention" if node.has_class("mention") else "link"

    def close_link(self):
        kind, shown, label, target = self.link
        self.link = None
        self.begin_line()
        self.runs.append((kind, shown, label, target) if target else label)

    def direction(self, node, style):
        where = style.get("direction", (node.get("dir") or "").lower())
        if where not in ("rtl", "ltr"):
            return None
        if node.name == "bdo" or "override" in style.get("unicode-bidi", ""):
            return ("\u202e" if where == "rtl" else "\u202d", "\u202c")
        if (where == "rtl") == self.runs_right_to_left():
            return None
        return ("\u2067" if where == "rtl" else "\u2066", "\u2069")

    def runs_right_to_left(self):
        for text in texts(self.root.children):
            for character in text:
                if category(character)[:1] == "L":
                    code = ord(character)
                    spans = ((0x590, 0x8FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF))
                    return any(first <= code <= last for first, last in spans)
        return False


def control_reference(found):
    """html.parser drops references to control characters; the standard reads them, so that they are rejected."""
    digits = found[1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return chr(code) if 0 < code < 32 and code not in (9, 10, 12, 13) or code == 127 else found[0]


def canonical_html(html):
    if len(html.encode("utf-16-le", "surrogatepass")) // 2 > 400_000:
        raise Rejected("too_long")
    tree = Tree()
    tree.feed(re.sub("&#(x[0-9a-f]+|[0-9]+);", control_reference, html, flags=re.I))
    tree.close_parser()
    reader = Reader(tree.root)
    reader.read(tree.root.children)
    return canonical_runs([run for run in reader.runs if run], reader.reported)


Tree.close_parser = HTMLParser.close
