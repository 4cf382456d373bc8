"""A page is one file that escapes what it shows and may load nothing."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from netpol_lab.cli.reports.html import MOST_ROWS, page
from netpol_lab.cli.reports.tables import Table


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.attributes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


def written(rows=(("<script>alert(1)</script>", '"&"'),), title="</title><b>"):
    return "\n".join(page(title, "<svg></svg>", Table(("from", "to"), rows), lambda: "<i>1</i>"))


def test_nothing_that_was_named_becomes_a_tag():
    read = Reader(written())
    assert read.tags.count("script") == 1
    assert not {"b", "i"} & {*read.tags}
    assert "<script>alert(1)</script>" in read.words


def test_only_its_own_script_may_run_and_nothing_may_be_loaded():
    text = written()
    (policy,) = re.findall(r'Content-Security-Policy" content="(.+?)"', text)
    script = text.split("<script>")[1].split("</script>")[0]
    code = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{code}'" in policy
    assert not [value for name, value in Reader(text).attributes if name in ("src", "href")]


def test_columns_that_say_nothing_are_left_out():
    text = written([("a", ""), ("b", "")])
    assert text.count("<th ") == 1
    assert written([]).count("<th ") == 2


def test_one_row_is_not_called_rows():
    assert ">1 row<" in written()
    assert ">2 rows<" in written([("a", "b"), ("c", "d")])
    assert ">0 rows<" in written([])


def test_a_long_name_may_be_broken_and_a_short_one_stays_on_its_line():
    assert f'<td class="words">{"x" * 200}</td><td>short name</td>' in written(
        [("x" * 200, "short name")]
    )
    assert "overflow-wrap: anywhere; min-width" in written()


def test_more_rows_than_a_browser_likes_are_counted():
    text = written(("a", "b") for _ in range(MOST_ROWS + 2))
    assert f"first {MOST_ROWS:,} of {MOST_ROWS + 2:,} rows" in text
    assert text.count("<tr>") == MOST_ROWS + 1
