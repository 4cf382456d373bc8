"""What somebody probably meant whose text cannot be read: the line, and what to type instead."""

import json

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests.text.typos import lookalike, placeholder, slip

TEXT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes:
  - Ingress
"""


def complaint(old, new):
    assert old in TEXT
    with pytest.raises(ManifestError) as caught:
        lab.load(TEXT.replace(old, new))
    return caught.value.complaints[0]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("metadata:", "metadata", 3, "is a colon missing after metadata?"),
        ("kind: N", "kind:N", 2, "write a space after the colon"),
        ("name: db", "name:db", 4, "write a space after the colon"),
        ("policyTypes:\n  - Ingress", "policyTypes [Ingress]", 10,
         "colon missing after policyTypes"),
        ("podSelector:\n    matchLabels:\n      app: db", "podSelector {}", 7,
         "colon missing after podSelector"),
        ("  - Ingress", "  -Ingress", 11, "write a space after the dash"),
        ("  policyTypes", "   policyTypes", 10, "starts in the same column"),
        ("  policyTypes", " policyTypes", 10, "starts in the same column"),
        ("  - Ingress", "  [Ingress", 11, "a bracket is opened and not closed"),
        ("  - Ingress", "  {", 11, "bracket"),
        ("app: db", 'app: "db', 9, "a quotation mark is opened here and not closed"),
        ("app: db", "app: 'db", 9, "a quotation mark is opened here and not closed"),
        ("app: db", "app: @db", 9, "needs quotes"),
        ("apiVersion", "```yaml\napiVersion", 1, "leave out the lines with ```"),
        ("- Ingress", "- Ingress\n```", 12, "leave out the lines with ```"),
        ("apiVersion", "> apiVersion", 1, "leave out the >"),
        ("apiVersion", "kubectl apply -f - <<EOF\napiVersion", 1, "keep only the YAML"),
        ("apiVersion", "$ cat policy.yaml\napiVersion", 1, "keep only the YAML"),
        ("- Ingress", "- Ingress\nEOF", 12, "keep only the YAML"),
        ("namespace: shop", "namespace: {{ .Release.Namespace }}", 5, "is a template"),
        ("apiVersion", "{{- /*\nwho made it\n*/}}\napiVersion", 1, "is a template"),
        ("spec:", "// what it does\nspec:", 6, "a comment begins with #"),
        ("  - Ingress", '  - "Ingress"---\nkind: Pod', 11, "--- must begin a line of its own"),
        ("  - Ingress", "  - {}apiVersion: v1", 11, "a line break is missing before apiVersion"),
        ("apiVersion", "%YAML 1.1\n---\napiVersion", 1, "leave this line out"),
        ("spec:", "--- {spec: 1}\nspec:", 6, "put the rest on a line of its own"),
        ("app: db", "null: db", 9, 'write "null" in quotes'),
        ("app: db", 'app: "a\\/b"', 9, "write / and ' as they are"),
        ("app: db", "app: {a:, b: 1}", 9, "write a space after the colon"),
        ("app: db", "<<: db", 9, "<< takes the alias of a mapping"),
        ("app: db", "? [app]\n      : db", 9, "needs quotes"),
        ("app: db", "1: a\n      1.0: b", 10, "write the key once"),
        ("app: db", "app: .inf", 9, "JSON has no such number"),
        ("app: db", "app: !!int db", 9, "leave out the tag"),
        ("spec:", "----\nspec:", 6, "write three dashes"),
        ("spec:", "***\nspec:", 6, "write three dashes"),
        ("spec:", " ---\nspec:", 6, "--- must begin in the first column"),
        ("spec:", "<<<<<<< HEAD\nspec:", 6, "the mark of a merge conflict"),
        ("spec:", "/* what it does */\nspec:", 6, "a comment begins with #"),
        ("apiVersion", "{% if x %}\napiVersion", 1, "{% %} is a template"),
        ("podSelector:\n    matchLabels:\n      app: db", "podSelector: *", 7, "* has a meaning"),
        ("podSelector:\n    matchLabels:\n      app: db", "podSelector: *db", 7, "needs quotes"),
        ("policyTypes:\n  - Ingress", "policyTypes: - Ingress", 10, "a line of its own, below"),
        ("  - Ingress", "  - Ingress\n  ...", 12, "leave this line out"),
        ("  policyTypes:\n  - Ingress", "  egress:\n  - to:\n    - podSelector: {}\n    ports:\n"
         "      - port: 53\n    - ipBlock: {}", 15, "this item cannot follow ports: move it up"),
        ("spec:", "—\nspec:", 6, "a dash other than"),
        ("  - Ingress", "  – Ingress", 11, "a dash other than the keyboard's"),
        ("kind: ", "kind：", 2, "a wide colon"),
        ("name: db", "name:\u00a0db", 4, "U+00A0"),
        ("  policyTypes", "\tpolicyTypes", 10, "there is a tab here"),
    ],
)  # fmt: skip
def test_a_slip_is_told_by_its_own_line_and_with_what_to_type(old, new, line, words):
    found = complaint(old, new)
    assert (found.reason, found.line) == (Reason.SYNTAX, line)
    assert words in found.hint


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("app: db", "app: “db”", 'type " instead'),
        ("name: db", "name: ‘db’", "type ' instead"),
        ("  policyTypes", "\u00a0\u00a0policyTypes", "U+00A0, a space other than"),
        ("podSelector", "роdSelector", "is not one of the letters a to z"),
        ("podSelector", "\u200bpodSelector", "an invisible character"),
    ],
)
def test_signs_that_only_look_right_are_named_where_a_text_can_be_read(old, new, words):
    found = complaint(old, new)
    assert found.reason is not Reason.SYNTAX
    assert words in found.hint


def test_a_control_character_is_told_with_its_place():
    found = complaint("name: db", "name: d\x07b")
    assert (found.line, found.column) == (4, 10)
    assert "\\x07" in found.message


def test_a_list_item_above_is_not_taken_for_a_key_without_its_colon():
    assert "same column" in complaint("  - Ingress", "  - Ingress\n podSelector: {}").hint


def test_words_of_another_alphabet_are_no_lookalikes():
    assert lookalike("описание: текст") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p-{{ .Release.Name }}", "{{ }} is a template: render it first"),
        ("${NAME}", "${NAME} is a variable: fill it in first"),
        ("web-$NAME", "$NAME is a variable"),
        ("$(NAME)", "$(NAME) is a variable"),
        ("<your-namespace>", "write a value in the place of <your-namespace>"),
        ("%NAME%", "write a value in the place of %NAME%"),
        ("My_App", ""),
        ("a < b", ""),
    ],
)
def test_a_text_that_is_still_to_be_filled_in_is_told_as_such(text, words):
    assert words in placeholder(text)
    assert placeholder(text) or not words
    hint = complaint("name: db", f"name: {json.dumps(text)}").hint
    assert words in hint


def test_there_may_be_no_line_at_all():
    assert slip([], 3, None, "who knows") == (0, "")


def test_blank_lines_at_the_end_are_never_at_fault():
    assert slip(["kind: Pod", "metadata:", "  labels: {a: b", "", ""], 4, 2, "")[0] == 2


def test_of_a_long_text_that_is_to_be_filled_in_the_beginning_is_shown():
    shown = f"${{{'a' * 38}..."
    said = f"{shown} is a variable: fill it in first, for instance with envsubst"
    assert placeholder(f"${{{'a' * 39}}}") == said
    assert placeholder(f"${{{'a' * 37}}}").startswith(f"${{{'a' * 37}}} is a")
    assert placeholder("x" * 999 + "$a") == ""
    assert placeholder("x" * 998 + "$a") != ""
