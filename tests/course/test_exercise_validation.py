"""Fields of exercises that are refused: each with its line and a word on how to mend it."""

import pytest

from tests.helpers.exercises import GOOD, complaints

CHANGES = {
    "a field that is not known": ("titel: Guard", "title: Guard", "did you mean title?"),
    "no title": ("#title: Guard", "title: Guard", "title is missing"),
    "no story": ("#story: Only", "story: Only", "story is missing"),
    "a name of two words": ("name: a b\ntitle: ", "title: ", "must be one word"),
    "a chapter without quotes": ("chapter: 04\ntitle: ", "title: ", "put it in quotes"),
    "a chapter that is none": ("chapter: four\ntitle: ", "title: ", "write two digits"),
    "a port that is none": ("port: 70000", "port: 80", "70000 is not a port"),
    "no port at all": ("#port: 80", "port: 80", "there is no port"),
    "an unknown pod": ("from: clark", "from: clerk", "Did you mean bank/clerk?"),
    "a misspelt caption": ("from: internat", "from: internet", "Did you mean internet?"),
    "a goal without from": ("{to: safe", "{from: clerk, to: safe", "from must be a name"),
    "a goal with an empty list": ("from: []", "from: clerk", "from must be a name or a list"),
    "an answer in words": ("allowed: maybe", "allowed: true", "allowed must be true or false"),
    "an unknown rest": ("otherwise: unchange", "otherwise: unchanged", "Did you mean unchanged?"),
    "an address that is none": ("203.0.113.777]", "203.0.113.7]", "is not an IP address"),
    "someone without a place": ("[[clerk], [safe]]", "[[internet, clerk], [safe]]", "no place for"),
    "someone with two places": ("clerk, clerk]", "clerk]", "stands here a second time"),
    "a place for nobody": ("clerk, x]", "clerk]", 'there is no pod, workload or Service "x"'),
    "a layout of numbers": ("layout: [1]", "layout: [[internet, clerk], [safe]]", "must be a name"),
    "a scenario that is none": ("scenario: three-teir", "otherwise: unchanged", "three-tier"),
    "a field twice": ("port: 80\nport: 81", "port: 80", 'duplicate field "port"'),
}  # fmt: skip


@pytest.mark.parametrize(("new", "old", "said"), CHANGES.values(), ids=CHANGES)
def test_what_is_wrong_with_a_field_is_said_where_it_stands(new, old, said):
    found = complaints(GOOD.replace(old, new, 1))
    assert said in "\n".join(map(str, found))
    assert all(complaint.file == "safe.yaml" and complaint.line for complaint in found)
