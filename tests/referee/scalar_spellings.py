"""Scalars and keys, each with the ways in which go-yaml lets it be written (VAL-11)."""

import base64
import json

PLAIN_TEXTS = (
    "web", "a b", "x:y", "1.2.3", "12:30", "190:20:30", "2026-01-31", "2026-01-31T10:00:00Z",
    "nULL", "yEs", "+Inf", "0o8", "0x", "_1", "1e", "e5", "a#b", "http://a/b?c", "-a", "a'b",
    'a"b', "é", "=", "10.0.0.0/8", "::1", "1e999", "0x1p2", "+.nan", "\u4e2d", "tRue", "1,5",
    "a-b", "--a", "...a", "<<",
)  # fmt: skip
OTHER_TEXTS = (
    "", " ", "yes", "null", "~", "80", "0x50", ".inf", "a: b", "- a", "# a", "a #b", "&a", "*a",
    "!a", "{a}", "[a]", "a\nb", "a\n\nb\n", "a\n\n", "\n", "\ta", "a\t", "'", '"', "\\", "a/b",
    "%a", "@a", "`", "|", ">", "\x00", "\x85", "\u2028", "\ufeff", "\U0001f600", "a\r\nb", "---",
    "...", "?", ":", "-",
)  # fmt: skip
YES = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE")
NO = ("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE")
NULLS = ("~", "null", "Null", "NULL", "!!null ''", "!!null null")
NUMBERS = (0, 1, 7, 8, 80, 443, 8080, 65535, 10**6, 2**53 + 1, 2**63 - 1)
FRACTIONS = (0.5, -0.25, 1.5, 1e-7, 12345.675)
TEXT_TAGS = ("!!str", "!shop", "!", "!!x", "!<tag:a,2026:b>", "!!merge")
TEXT_KEYS = ("role", "app", "a b", "x/y", "é")  # keys that need no quotes
ODD_KEYS = {  # other keys, and how they are written that is no text to go-yaml, kind by kind
    "true": (YES,),
    "false": (NO,),
    "8": (("8", "010", "0o10", "0O10", "0X8", "0B1000", "+8"), ("8.0", "8e0", "0_8.0", "08")),
    "1000": (("1000", "1_000", "0x3e8", "01750"), ("1e3", "1000.", "1_0.0e2")),
    "0": (("0", "-0", "0x0", "0b0"), ("0.0", "0e9", ".0")),
    "1e+06": (("1e6", "1000000.0"),),
    "null": (), "<<": (), "": (), "-": (), "a: b": (), "2026-01-31": (),
}  # fmt: skip
_SHORT = {
    "\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\", "\x00": "\\0", "\x85": "\\N",
    "\u2028": "\\L", "\r": "\\r", " ": "\\ ",
}  # fmt: skip


def truth(dice):
    """A boolean and a spelling of it."""
    value = dice.random() < 0.5
    spelt = dice.choice(YES if value else NO)
    return value, f"!!bool '{spelt}'" if dice.random() < 0.1 else spelt


def number(dice):
    """A number and a spelling of it."""
    if dice.random() < 0.3:
        value = dice.choice(FRACTIONS)
        spelt = dice.choice((repr(value), f"{value:.12e}", f"{value:.9E}", f"{value:.12f}"))
        value = float(spelt)
        return value, spelt[1:] if spelt.startswith("0.") and dice.random() < 0.5 else spelt
    value = dice.choice(NUMBERS)
    ways = [str(value), f"+{value}", f"{value:_}", f"0x{value:x}", f"0X{value:X}", f"00{value:o}"]
    ways += [f"0{value:o}", f"0o{value:o}", f"0O{value:o}", f"0b{value:b}", f"0B{value:b}"]
    ways += [f"!!int '{value}'", f'!!int "0X{value:x}"', f"0x_{value:x}_"]
    if value < 2**53:
        ways += [f"{value}.0", f"{value}.", f"{value}e0", f"{value}.00E+0", f"!!float {value}"]
    spelt = dice.choice(ways)
    return (-value, f"-{spelt}") if spelt[0].isdigit() and dice.random() < 0.2 else (value, spelt)


def plain(dice, flow):
    """A text that needs no quotes, not even where a comma or a question mark would end it."""
    fit = [
        text
        for text in PLAIN_TEXTS
        if not flow or not ("," in text or "?" in text or text[0] == ":")
    ]
    text = dice.choice(fit)
    return text, text


def text(dice, indent, flow):
    """A text and a spelling of it behind the indentation of its parent."""
    value = dice.choice((*OTHER_TEXTS, *PLAIN_TEXTS))
    ways = [in_double_quotes] * 2
    if all(sign >= " " and sign not in "\x85\u2028\ufeff" for sign in value):
        ways += [in_single_quotes, behind_a_tag]
        ways += [in_base64] if value else []
    if not flow and fits_a_block(value):
        ways += [in_a_block] * 2
    return value, dice.choice(ways)(value, indent, dice)


def in_double_quotes(value, indent, dice):
    return '"' + "".join(escaped(sign, dice) for sign in value) + '"'


def escaped(sign, dice):
    """A sign as it may stand between double quotes."""
    ways = [f"\\U{ord(sign):08x}"]
    ways += [f"\\u{ord(sign):04X}"] if ord(sign) < 2**16 else []
    ways += [f"\\x{ord(sign):02x}"] if ord(sign) < 256 else []
    ways += [_SHORT[sign]] * 4 if sign in _SHORT else []
    ways += [sign] * 20 if sign.isprintable() and sign not in '"\\ ' else []
    return dice.choice(ways)


def in_single_quotes(value, indent, dice):
    return "'" + value.replace("'", "''") + "'"


def behind_a_tag(value, indent, dice):
    return f"{dice.choice(TEXT_TAGS)} {in_single_quotes(value, indent, dice)}"


def in_base64(value, indent, dice):
    return f"!!binary {base64.b64encode(value.encode()).decode()}"


def fits_a_block(value):
    """Whether a text can stand behind | or >."""
    odd = any((sign < " " and sign != "\n") or sign in "\x85\u2028\ufeff" for sign in value)
    return bool(value.strip()) and not odd and value == value.lstrip()


def in_a_block(value, indent, dice):
    """A text behind | or, if it has one line, >; a line break ends it."""
    *lines, last = value.split("\n")
    lines += [last] if last else []
    ends = len(value) - len(value.rstrip("\n"))
    chomping = {0: "-", 1: dice.choice(("", "+"))}.get(ends, "+")
    more = dice.randint(1, 4)
    digit = str(more) if indent >= 0 and dice.random() < 0.2 else ""
    sign = dice.choice("|>") if len(lines) == 1 else "|"
    margin = " " * (max(indent, 0) + more)
    content = "".join(f"{margin if line else ''}{line}\n" for line in lines)
    return f"{sign}{dice.choice((digit + chomping, chomping + digit))}\n{content}"


def key_kinds(dice):
    """For each key the ways to write it in one document: JSON has no two kinds of one key."""
    kinds = {
        key: (json.dumps(key), f"'{key}'", f"!!str '{key}'") for key in (*TEXT_KEYS, *ODD_KEYS)
    }
    for key in TEXT_KEYS:
        kinds[key] += (key,) * 9
    for key, others in ODD_KEYS.items():
        kinds[key] = dice.choice((kinds[key], *others))
    return kinds
