"""Section 7 of docs/attestation-hpt.md: what a browser would display of a post's HTML, as runs for the canonical text.

The parser is a small one over html.parser: void elements, raw text, implied end tags of paragraphs, items, cells and
links. It builds the tree that the HTML standard asks for on markup as platforms send it; it does not repair misnested
formatting or tables as the standard's algorithm does, and the vectors do not ask for that.
"""

import re
from html.parser import HTMLParser

import hpt1_css as css
from hpt1 import (
    FLAG_LETTER,
    PICTOGRAPH,
    SKIN_TONE,
    WHITE,
    Rejected,
    canonical_runs,
    category,
)

EMBEDDED = set(
    "svg math select option optgroup textarea noscript iframe object embed canvas audio video input meter progress".split()
)
CONTROLS = {"button", "marquee", "applet"}
SHAPING = {"br", "wbr", "col", "colgroup"}
UNRENDERED = set("script style title noframes noembed datalist rp".split())
# Hidden without a report: always, or when empty.
SILENT = {"style", "title", "rp"}
UNMEANT = {"script", "template", "noframes", "noembed", "datalist"}
COLOURED = set("body table thead tbody tfoot tr td th".split())
STRUCK = {"s", "strike", "del"}
# Elements with one `display` that is theirs, or none that is certain.
FIXED = {"li": "list-item", "td": "table-cell", "th": "table-cell", "tr": "table-row", "table": "table"} | dict.fromkeys(
    "tbody thead tfoot caption col colgroup ruby rt rp".split(), ""
)
DISPLAYS = set(
    "none block inline inline-block list-item flow-root table table-row table-cell flex inline-flex grid inline-grid "
    "initial unset inherit".split()
)
BLOCK = set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section summary "
    "table tbody tfoot thead tr ul xmp".split()
)
LISTS = ("ol", "ul", "menu", "dir")
PREFORMATTED = set("pre listing plaintext xmp".split())
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
    "tr": ({"tr"}, {"table"}),
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
KNOWN = set(
    "a abbr acronym address applet area article aside audio b base bdi bdo big blockquote body br button canvas caption "
    "center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption "
    "figure font footer form h1 h2 h3 h4 h5 h6 header hgroup hr html i iframe img input ins kbd label legend li link "
    "listing main map mark marquee math menu meta meter nav noembed noframes noscript o:p object ol optgroup option "
    "output p picture plaintext pre progress q rp rt ruby s samp script search section select small source span strike "
    "strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var "
    "video wbr xmp".split()
)


class Element:
    def __init__(self, name, attributes):
        self.name, self.attributes, self.children = name, attributes, []

    def get(self, name):
        return self.attributes.get(name)

    def has_class(self, name):
        return name in (self.get("class") or "").split()


class Comment:
    name, children = None, ()

    def __init__(self, data):
        self.data = data


class Tree(HTMLParser):
    CDATA_CONTENT_ELEMENTS = ("script", "style")

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.raw = None
        self.after_pre = False
        self.elements = 0
        self.pages = {"html": {}, "body": {}}

    def handle_comment(self, data):
        self.open[-1].children.append(Comment(data))

    def unknown_decl(self, data):
        self.open[-1].children.append(Comment("[" + data))

    def handle_starttag(self, name, attributes):
        if self.raw:
            self.add_text(self.get_starttag_text())
            return
        if name in ("html", "head", "body"):
            # A fragment has none of its own, but what they say counts for the whole.
            for key, value in attributes if name != "head" else ():
                self.pages[name].setdefault(key, value or "")
            return
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
        if name in ("title", "textarea", "iframe", "noembed", "noscript", "noframes", "xmp"):
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


class Declared:
    """What the declarations of one `style` come to."""

    SAME = {
        "background": "background-color",
        "font": "font-size",
        "list-style": "list-style-type",
        "text-decoration-line": "text-decoration",
    }

    def __init__(self, style):
        found = [] if style is None else css.declarations_of(style)
        self.unreadable = found is None
        self.all = found or []
        self.won = {}
        important = set()
        for name, value, forced in self.all:
            name = self.SAME.get(name, name)
            if name in important and not forced:
                continue
            if forced:
                important.add(name)
            self.won[name] = value

    def word(self, name):
        return css.word_of(self.won[name]) if name in self.won else None


class Look:
    """What elements hand on to those inside."""

    def __init__(self, **changes):
        self.size, self.steps, self.sectioned = 16, 0, False
        self.text, self.behind, self.links, self.paper = css.BLACK, css.WHITE, css.LINK, False
        self.sheet = self.letters = self.right_to_left = False
        self.glued = self.preformatted = False
        self.edge = 0
        self.line, self.spaced, self.indent, self.depth = None, False, 0, 0
        self.painted = self.struck = self.underlined = False
        self.__dict__.update(changes)

    def but(self, **changes):
        return Look(**{**self.__dict__, **changes})


class Style:
    """What a style makes of an element: outcome (shown, hidden, own, around), look, block, and what is written out."""

    def __init__(self, element, around):
        self.element, self.around = element, around
        self.declared = declared = Declared(element.get("style"))
        self.doubt = False
        self.look = around
        self.block, inline = self.layout()
        self.read_marks(inline)
        hides = self.hides()
        if hides == "hidden":
            self.outcome = "hidden"
            return
        self.resized = False
        size, steps, sectioned = self.read_size()
        text, behind, links = self.read_colours()
        self.look = around.but(size=size, steps=steps, sectioned=sectioned, text=text, behind=behind, links=links)
        moved = self.flows(inline)
        if hides == "doubt" or self.is_odd():
            self.doubt = True
        over = moved or element.name not in KNOWN or element.name == "dialog" and element.get("open") is not None
        grade = "around" if declared.unreadable or over else "own" if self.doubt else "plain"
        sized = {"td": "cell", "th": "cell", "table": "table", "hr": "table", "img": "picture"}.get(element.name)
        whole = (
            "display color background background-color font font-size font-family list-style list-style-type "
            "text-decoration text-decoration-line vertical-align direction unicode-bidi"
        ).split()
        for name, value, _ in declared.all:
            grade = css.worse(grade, self.font_grade(name, value) if name in whole else css.grade_of(name, value, inline, sized))
        self.outcome = "shown" if grade == "plain" else grade

    def layout(self):
        name, display = self.element.name, self.declared.word("display")
        block = name in BLOCK
        if display is None or display == FIXED.get(name):
            return block, not (block or name in FIXED or name == "img")
        if name in FIXED:
            self.doubt = True
            return block, False
        if display == "block":
            return True, False
        if display == "inline" and (not block or name in ("div", "p")):
            return False, name != "img"
        if display == "inline-block" and name in ("hr", "img"):
            return False, False
        self.doubt = True
        return block, True

    def hides(self):
        element, declared = self.element, self.declared
        if element.name == "template":
            return "hidden"
        moving = declared.unreadable or any(
            re.match("(?:-[a-z]+-)?(?:animation|transition)|all$", name) for name, _, _ in declared.all
        )
        displays = [css.word_of(value) for name, value, _ in declared.all if name == "display"]
        known = all(word in DISPLAYS for word in displays)
        if not moving and known and declared.word("display") == "none":
            return "hidden"
        hidden = None if element.name in ("svg", "math") else element.get("hidden")
        closed = element.name == "dialog" and element.get("open") is None
        if hidden is None and element.name not in UNRENDERED and not closed:
            return None if known else "doubt"
        return "doubt" if moving or displays or css.lower(hidden or "") == "until-found" else "hidden"

    def read_marks(self, inline):
        element, declared = self.element, self.declared
        name = element.name
        styled = declared.word("direction")
        found = css.lower(element.get("dir") or "") if styled is None else styled
        self.direction = found if found in ("ltr", "rtl") else None
        written = declared.word("unicode-bidi")
        bidi = "normal" if written is None else written
        if self.direction and (written is not None or inline and styled is not None):
            turning = ("embed", "isolate", "bidi-override", "isolate-override")
            self.doubt = self.doubt or bidi not in turning
        self.override = name == "bdo" or "override" in bidi
        if self.direction is None and (styled is not None or self.override):
            self.doubt = True
        if bidi not in ("normal", "embed", "isolate", "plaintext", "bidi-override", "isolate-override"):
            self.doubt = True
        line = declared.won.get("text-decoration")
        words = "none underline line-through solid initial unset inherit".split()
        through = line is not None and any(token.kind == "ident" and token.text == "line-through" for token in line)
        self.struck = through or name in STRUCK
        if line is not None:
            rest = [token for token in line if not (token.kind == "ident" and token.text in words)]
            if rest and (through or any(css.brightness(token) is None for token in rest)):
                self.doubt = True
            if name in STRUCK and not through:
                self.doubt = True
        align = declared.won.get("vertical-align")
        self.align = css.word_of(align) if align is not None else None
        if align is not None:
            zero = len(align) == 1 and align[0].kind == "number" and align[0].value == 0
            words = "baseline super sub initial unset inherit".split()
            if name in ("td", "th", "tr", "thead", "tbody", "tfoot", "img"):
                words += ("top", "middle", "bottom", "text-top", "text-bottom")
            if not (zero or self.align in words) or name in ("sup", "sub"):
                self.doubt = True
        kind = declared.word("list-style-type")
        self.bare = kind == "none"
        if name == "li" and element.get("type") is not None:
            self.doubt = True
        if kind is not None:
            if name == "ol":
                certain = kind == "none" or kind == "decimal" and element.get("type") is None
            else:
                certain = name in ("ul", "menu") and kind in ("disc", "circle", "square", "none")
            self.doubt = self.doubt or not certain

    def read_size(self):
        """Pixels, how many elements changed them since they were given, and whether a section is around."""
        around, name = self.around, self.element.name
        sectioned = around.sectioned or name in ("article", "aside", "nav", "section")
        won = self.declared.won.get("font-size")
        asked = self.element.get("size") if name == "font" else None
        if won is not None or asked is not None:
            self.resized = True
            if won is None:
                size = {"1": 10, "2": 13, "3": 16, "4": 18, "5": 24, "6": 32}.get(asked)
            else:
                parts = None if len(won) == 1 else css.font_parts(won)
                size = css.size_of(won if len(won) == 1 else parts[0] if parts else [], around.size)
            self.doubt = self.doubt or size is None or not css.readable(size)
            return (around.size, around.steps, sectioned) if size is None else (size, 0, sectioned)
        factors = {"big": 1.2, "small": 1 / 1.2, "sub": 1 / 1.2, "sup": 1 / 1.2, "rt": 0.5}
        factors |= {"h1": 2, "h2": 1.5, "h3": 1.17, "h4": 1, "h5": 0.83, "h6": 0.67}
        if name not in factors:
            return around.size, around.steps, sectioned
        self.resized = True
        size = around.size * (0.67 if name == "h1" and sectioned else factors[name])
        self.doubt = self.doubt or size < 8 or around.size * factors[name] > 48 or around.steps + 1 > 2
        return size, around.steps + 1, sectioned

    def flows(self, inline):
        """Whether it may hide, cover, move or strike text together with what is around."""
        element, declared, around, look = self.element, self.declared, self.around, self.look
        name = element.name
        line, fixed, free = around.line, [], False
        for each, value, _ in declared.all:
            parts = css.font_parts(value) if each == "font" else None
            height = value if each == "line-height" else parts[3] if parts else []
            if not height or css.word_of(height) in ("inherit", "unset"):
                continue
            if height[0].kind == "number" and height[0].text != "":
                length = look.size * height[0].value / 100 if height[0].text == "%" else css.pixels(height[0])
                fixed += [] if length is None else [length]
            else:
                free = True
            look.spaced = look.spaced or css.word_of(height) != "normal"
        look.line = line = min(fixed) if fixed else None if free else line
        look.indent += css.indent_of(declared.all)
        look.edge += css.end_border_of(declared.all)
        if name == "table":
            look.indent += number_of(element, "cellpadding", 0) + number_of(element, "cellspacing", 0)
        look.depth += name in ("blockquote", "dd", "dir", "figure", "menu", "ol", "ul")
        if self.direction:
            look.right_to_left = self.direction == "rtl"
        elif name == "bdi" or element.get("dir") is not None or declared.word("unicode-bidi") == "plaintext":
            look.right_to_left = around.right_to_left or around.letters
        ground = declared.won.get("background-color")
        opaque = ground is not None and css.word_of(ground) not in ("initial", "unset", "none", "transparent")
        look.painted = around.painted or inline and (name == "mark" or opaque)
        look.preformatted = around.preformatted or name in PREFORMATTED
        look.struck = around.struck or self.struck
        lines = (token for each, value, _ in declared.all if each.startswith("text-decoration") for token in value)
        look.underlined = (
            around.underlined
            or name in ("u", "ins")
            or name == "a" and element.get("href") is not None
            or any(token.kind == "ident" and token.text == "underline" for token in lines)
        )
        mono = name in "code kbd samp tt pre listing xmp plaintext".split()
        fonted = mono or element.get("face") is not None or any(each in ("font", "font-family") for each, _, _ in declared.all)
        return (
            line is not None and (look.size > line or around.sheet)
            or look.painted and not around.painted and (look.spaced or around.sheet)
            or around.painted and (self.resized or fonted)
            or look.indent > around.indent and look.indent > 100
            or look.edge > around.edge and look.edge > 4
            or look.depth > 8
            or look.right_to_left and (look.indent > 0 or look.preformatted or name == "table" or look.glued)
            or look.preformatted and any(each == "white-space" for each, _, _ in declared.all)
            or self.struck and around.sheet
            or around.struck and (self.resized or name in ("table", "ruby", "rt", "sup", "sub") or "vertical-align" in declared.won)
            or look.underlined and (name == "sub" or self.align == "sub")
            or self.is_stretched()
        )

    def is_stretched(self):
        element = self.element
        name = element.name
        if name in ("table", "img") and re.search("left|right", css.lower(element.get("align") or "")):
            return True
        if name == "tr" and sum(is_filled(cell) for cell in elements(element)) > 1:
            return True
        if name == "table" and any(number_of(cell, "rowspan", 1) != 1 for cell in cells(element)):
            return True
        if name in ("td", "th") and element.get("nowrap") is not None:
            return True
        if name in ("table", "td", "th", "col", "colgroup", "hr") and number_of(element, "width", 0) > 800:
            return True
        return any(number_of(element, each, 0) > 40 for each in ("cellpadding", "cellspacing", "border", "hspace", "vspace"))

    def read_colours(self):
        element, declared, around = self.element, self.declared, self.around
        name = element.name
        text, behind, links = around.text, around.behind, around.links

        def taken(shade, otherwise):
            if shade is None:
                self.doubt = True
            return otherwise if shade is None else shade

        def given(attribute, otherwise):
            value = element.get(attribute)
            return otherwise if value is None else taken(css.attribute_brightness(value), otherwise)

        def declared_as(value, kept, otherwise):
            word = css.word_of(value)
            if word in kept:
                return otherwise
            if word == "initial":
                return css.BLACK
            return css.brightness(value[0]) if len(value) == 1 else None

        link = name == "a" and element.get("href") is not None
        if link:
            text = links
        if name == "mark":
            text, behind = css.BLACK, min(behind, css.MARKER)
        if name in COLOURED:
            behind = min(behind, given("bgcolor", behind))
        if name == "font":
            text = given("color", text)
        if name == "body":
            text = given("text", text)
            for attribute in ("vlink", "link"):
                links = given(attribute, links)
                self.doubt = self.doubt or not css.is_dark(links, behind)
        colour, ground = declared.won.get("color"), declared.won.get("background-color")
        if colour is not None:
            text = taken(declared_as(colour, ("inherit", "unset", "currentcolor"), around.text), text)
        if ground is not None:
            # The winning one alone: of an attribute and a style the style.
            behind = min(around.behind, taken(declared_as(ground, ("initial", "unset", "none", "transparent"), around.behind), behind))
        changed = link or text != around.text or behind != around.behind
        if changed and (around.paper and behind < css.PAPER or not css.is_dark(text, behind)):
            self.doubt = True
        return text, behind, links

    def is_odd(self):
        element = self.element
        name = element.name
        if name in ("col", "colgroup"):
            return element.get("bgcolor") is not None or self.declared.all != []
        if name == "ol" and any(each.startswith("padding") for each, _, _ in self.declared.all):
            return True
        if element.get("popover") is not None:
            return True
        if name == "details":
            return element.get("open") is None or element.get("name") is not None
        if name == "caption":
            return css.lower(element.get("align") or "") == "bottom"
        if name in COLOURED:
            return (element.get("background") or "") != ""
        if name == "img":
            tiny = re.compile("[ \t\n\f\r]*\\+?0*[0-5](?![0-9])")
            return any(tiny.match(element.get(side) or "") for side in ("width", "height"))
        face = element.get("face") if name == "font" else None
        if face is None:
            return False
        family = css.declarations_of("font-family:" + face) or []
        return len(family) != 1 or self.font_grade(*family[0][:2]) != "plain"

    def font_grade(self, name, value):
        if css.word_of(value) in css.GLOBAL or name not in ("font", "font-family"):
            return "plain"
        if name == "font-family":
            return css.family_grade(value)
        parts = css.font_parts(value)
        return "own" if parts is None else css.worse(parts[2], css.family_grade(parts[1]))


RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
PLACES = {
    "table": {"caption": 0, "colgroup": 1, "col": 1, "thead": 2, "tbody": 3, "tr": 3, "tfoot": 4},
    "fieldset": {"legend": 0},
    "details": {"summary": 0},
}


def elements(element):
    return [child for child in element.children if isinstance(child, Element)]


def cells(table):
    rows = [row for part in elements(table) for row in ([part] if part.name == "tr" else elements(part))]
    return [cell for row in rows for cell in elements(row)]


def is_filled(cell):
    """Holds more than blanks, line breaks and pictures that stand for nothing."""
    words = any(text.strip(SPACE + "\u00a0") for text in texts(cell.children))
    return words or any(part.get("alt") if part.name == "img" else part.name != "br" for part in elements(cell))


def number_of(element, name, otherwise):
    """As HTML reads it: what stands in front; infinite where that is no number."""
    value = element.get(name)
    if value is None or value == "":
        return otherwise
    digits = re.match("[ \t\n\f\r]*\\+?([0-9]{1,9})(?![0-9])", value)
    return int(digits[1]) if digits else float("inf")


def misplaced_in(element):
    """Children that stand below others over which they are shown."""
    places = PLACES.get(element.name)
    lowest = 0
    for child in element.children if places else ():
        if isinstance(child, Comment) or isinstance(child, str) and not child.strip(SPACE):
            continue
        place = 3 if isinstance(child, str) else places.get(child.name, 3)
        if place < lowest:
            yield child
        lowest = max(lowest, place)


def embedded_text(element):
    if element.name == "input" and css.lower(element.get("type") or "") == "hidden":
        return None
    held = re.sub(f"[{SPACE}]+", " ", " ".join(own_texts(element) + inner_texts(element.children))).strip(" ")
    if held.strip(WHITE):
        return "\ufffc" + held + "\ufffc"
    sources = any((element.get(name) or "").strip(WHITE) for name in ("src", "data", "poster", "srcset"))
    inner = any(isinstance(child, Element) and child.name == "source" for child in element.children)
    return "\ufffc" if element.name == "input" or sources or inner else None


def own_texts(element):
    if element.name == "input" and css.lower(element.get("type") or "") in ("checkbox", "radio"):
        return [] if element.get("checked") is None else ["x"]
    found = [element.get(name) for name in ("value", "placeholder", "alt", "srcdoc", "label")]
    return [text for text in found if text is not None] + ([] if element.get("selected") is None else ["x"])


def inner_texts(nodes):
    found = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
        elif node.name is not None and node.name not in ("title", "desc", "style", "script"):
            found += own_texts(node) + inner_texts(node.children)
    return found


def sheets(nodes):
    """Each style sheet's declarations; None for one that is not known."""
    for node in nodes:
        if not isinstance(node, Element):
            continue
        if node.name == "style":
            yield css.sheet_declarations("".join(child for child in node.children if isinstance(child, str)))
        elif node.name == "link" and re.search(r"\bstylesheet\b", node.get("rel") or "", re.I | re.A):
            yield None
        elif node.name == "base" and node.get("href") is not None:
            yield "elsewhere"
        elif node.name == "meta" and re.search("refresh", node.get("http-equiv") or "", re.I | re.A):
            yield "elsewhere"
        if node.name != "template":
            yield from sheets(node.children)


def texts(nodes):
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.name is not None and node.name not in ("title", "desc", "style", "script"):
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


def is_cut_off(number, size):
    """Whether it may be wider than the 40 pixels before an item."""
    wide = len(re.findall("[A-Zmw]", number))
    return (wide * 1.2 + (len(number) - 2 - wide) * 0.72 + 0.75) * size > 40


def mark_of(name, style):
    if name in MARKS:
        return MARKS[name]
    if style.struck:
        return MARKS["del"]
    return {"super": MARKS["sup"], "sub": MARKS["sub"]}.get(style.align)


class Reader:
    def __init__(self, tree, right_to_left=None):
        self.root, self.tree, self.right_to_left = tree.root, tree, right_to_left
        self.misplaced = []
        self.pages = [Element(name, attributes) for name, attributes in tree.pages.items() if attributes]
        self.runs = []
        self.reported = set()
        self.link = None
        self.pre = self.quote = self.invisible = 0
        self.line_start = True
        self.numbered = False
        self.lists = []
        self.look = Look()
        self.pending = []
        self.pending_at_link = 0

    def read_all(self):
        close = []
        for declared in sheets(self.root.children):
            if declared != "elsewhere":
                self.reported.add("style_sheet")
            if declared in (None, "elsewhere"):
                declared, doubtful = None, True
            else:
                doubtful = False
            if doubtful or not all(css.harmless(each) for each in declared):
                close = close or [self.open_doubt("uncertain", False)]
            names = [name for name, _, _ in declared or []]
            self.look.paper |= "color" in names
            self.look.sheet |= any(name.startswith(("font", "text-decoration")) for name in names)
            self.look.underlined |= "text-decoration" in names
        self.look.letters = any(re.search(RIGHT_TO_LEFT, text) for text in texts(self.root.children))
        self.look.glued = any(re.search("[\u00a0\u2007\u202f\u2060\ufeff]", text) for text in texts(self.root.children))
        for page in self.pages:
            style = Style(page, self.look)
            plain = style.look.behind >= css.PAPER and css.differ(css.WHITE, style.look.text)
            marked = style.struck or style.align in ("super", "sub") or self.direction(style)
            if style.outcome != "shown" or not plain or marked:
                close.append(self.open_doubt("uncertain", False))
            else:
                self.look = style.look
        self.read(self.root.children)
        for each in reversed(close):
            each()

    def read(self, nodes):
        for node in nodes:
            if isinstance(node, str):
                self.write(node if self.pre else re.sub(f"[{SPACE}]+", " ", node))
            elif isinstance(node, Comment):
                if re.match(rf"[{SPACE}]*\[if\b", node.data, re.I | re.A):
                    self.reported.add("conditional_comment")
            else:
                self.element(node)

    def hidden(self, node):
        empty = not any(text.strip(WHITE) for text in texts(node.children))
        if node.name not in SILENT and not (node.name in UNMEANT and empty):
            self.reported.add("hidden_text")

    def element(self, node):
        name = node.name
        style = Style(node, self.look)
        shadow = name == "template" and node.get("shadowrootmode") is not None
        if style.outcome == "hidden" and not shadow:
            self.hidden(node)
            return
        outer = self.look
        if style.block:
            self.edge()
        if name in ("td", "th"):
            self.write(" ")
        number = self.number(node) if name == "li" else ""
        doubt = None
        if number and is_cut_off(number, style.look.size) or style.outcome != "shown" or any(node is each for each in self.misplaced):
            doubt = self.open_doubt("uncertain", style.outcome == "around" or name in SHAPING)
        elif name in CONTROLS:
            doubt = self.open_doubt("embedded", False)
        if name in EMBEDDED or shadow:
            text = embedded_text(node)
            if text is not None:
                self.reported.add("embedded")
                self.write(text)
            if doubt:
                doubt()
            return
        self.look = style.look
        self.misplaced += misplaced_in(node)
        if name == "img":
            alt = node.get("alt") or ""
            if is_emoji(alt):
                self.write(EMOJI.get(alt, alt))
            else:
                self.reported.add("picture")
        if name == "br":
            self.numbered = False
            self.edge()
        self.pre += name in PREFORMATTED
        self.quote += name == "blockquote"
        if name in LISTS:
            self.lists.append(self.open_list(node, style))
        if number:
            self.write(number)
            self.numbered = True
        part = self.link is not None and node.has_class("invisible")
        self.invisible += part
        opened = name == "a" and self.link is None
        if opened:
            self.link = [self.kind(node), "", "", node.get("href") or ""]
            self.pending_at_link = len(self.pending)
        direction = self.direction(style)
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
        if name in LISTS:
            self.lists.pop()
        if doubt:
            doubt()
        if name == "blockquote":
            self.edge()
            self.quote -= 1
        self.pre -= name in PREFORMATTED
        if style.block:
            self.edge()
        self.look = outer

    def open_doubt(self, report, always):
        self.pending.append(report)
        depth = len(self.pending)

        def close():
            if len(self.pending) < depth:
                self.write("\ufffc")
                return
            self.pending.pop()
            if always:
                self.reported.add(report)
                self.write("\ufffc")

        return close

    def open_pending(self):
        pending, self.pending = self.pending, []
        outside = min(self.pending_at_link, len(pending)) if self.link is not None else 0
        self.pending_at_link = 0
        self.reported.update(pending)
        if outside:
            self.begin_line()
            self.runs.append("\ufffc" * outside)
        if len(pending) > outside:
            self.write("\ufffc" * (len(pending) - outside))

    def write(self, text):
        if self.pending and text.strip(SPACE):
            self.open_pending()
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
        backwards = node.get("reversed") is not None
        items = sum(1 for child in node.children if isinstance(child, Element) and child.name == "li")
        start = integer(node.get("start"))
        first = start if start is not None else items if backwards else 1
        kind = node.get("type")
        return [node.name == "ol" and not style.bare, first, -1 if backwards else 1, "1" if kind is None else kind]

    def number(self, node):
        if not self.lists:
            return ""
        current = self.lists[-1]
        value = integer(node.get("value"))
        number = current[1] if value is None else value
        current[1] = number + current[2]
        return numeral(number, current[3]) + ". " if current[0] else ""

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
        if target and self.pending:
            self.open_pending()
        self.begin_line()
        self.runs.append((kind, shown, label, target) if target else label)

    def direction(self, style):
        if style.direction is None:
            return None
        if style.override:
            return ("\u202e" if style.direction == "rtl" else "\u202d", "\u202c")
        if (style.direction == "rtl") == self.runs_right_to_left():
            return None
        return ("\u2067" if style.direction == "rtl" else "\u2066", "\u2069")

    def runs_right_to_left(self):
        if self.right_to_left is None:
            reader = Reader(self.tree, False)
            reader.pages = []
            reader.read_all()
            text = "".join(run if isinstance(run, str) else run[2] for run in reader.runs)
            first = next((ord(each) for each in text if category(each)[:1] == "L"), 0)
            spans = ((0x590, 0x8FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF))
            self.right_to_left = any(begin <= first <= end for begin, end in spans)
        return self.right_to_left


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
    reader = Reader(tree)
    reader.read_all()
    return canonical_runs([run for run in reader.runs if run], reader.reported)


Tree.close_parser = HTMLParser.close
