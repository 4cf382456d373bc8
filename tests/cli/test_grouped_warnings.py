"""Warnings that say the same are said once; none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.cli.grouped_warnings import MOST_LINES, MOST_WARNINGS, grouped
from netpol_lab.errors import Complaint, Reason
from netpol_lab.manifests import passed_over
from netpol_lab.manifests.passed_over import Meaning, PassedOver


def of_file(file, message="is a chart's values", reason=Reason.NOT_READ, hint="", document=0):
    return Complaint("", reason, message, hint, file, document)


def test_kinds_whose_meaning_is_the_same_share_a_warning():
    kinds = {
        PassedOver("A", "x.io", Meaning.UNKNOWN): 11,
        PassedOver("Ingress", "networking.k8s.io", Meaning.TRAFFIC): 3,
        PassedOver("B", "y.io", Meaning.UNKNOWN): 1,
    }
    assert [*grouped(passed_over.complaints(kinds))] == [
        f"2 kinds passed over: {Meaning.UNKNOWN.value}\n  11 A (x.io)\n  1 B (y.io)",
        f"3 Ingress (networking.k8s.io) passed over: {Meaning.TRAFFIC.value}",
    ]


def test_documents_are_told_apart():
    (words,) = grouped([of_file("a.yaml", document=2), of_file("a.yaml", document=3)])
    assert words.endswith("\n  a.yaml, document 2\n  a.yaml, document 3")


def test_files_that_no_kustomization_takes_in_are_listed_by_their_names():
    words = ": no kustomization takes this in, so it is left out"
    found = [of_file("a", f"a/x.yaml, a/y.yaml{words}", hint="h"), of_file("b", f"b/z.yaml{words}")]
    assert [*grouped(found)] == [*map(str, found)]  # another hint
    (said,) = grouped([found[0], found[0]])
    assert said == (
        f"NotRead, 2 times{words}\n  a/x.yaml, a/y.yaml\n  a/x.yaml, a/y.yaml\n  hint: h"
    )


def test_a_hint_about_each_folder_is_given_once():
    hint = "kubectl kustomize {} > built.yaml"
    found = [of_file(f"{name}/k.yaml", hint=hint.format(name)) for name in ("a", "b")]
    assert "hint: kubectl kustomize FOLDER > built.yaml" in next(iter(grouped(found)))
    assert "hint: kubectl kustomize a > built.yaml" in next(iter(grouped(found[:1])))


def test_what_is_wrong_in_a_manifest_keeps_its_place_and_line():
    found = [of_file("a.yaml", reason=Reason.WARNING, document=1).at(n, 1, "x") for n in (1, 2)]
    assert [*grouped(found)] == [*map(str, found)]


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_every_warning_is_listed_or_counted(words):
    found = [of_file(f"{number}.yaml", word) for number, word in enumerate(words)]
    for said in grouped(found):
        lines = said.splitlines()
        if ", " not in lines[0]:
            assert len(lines) == 2
            continue
        number = words.count(lines[0][-1])
        assert lines[0].startswith(f"NotRead, {number} times")
        assert len(lines) == 1 + min(number, MOST_LINES)
        if number > MOST_LINES:
            assert f"and {number - MOST_LINES + 1} more" in lines[-1]


def test_no_name_of_a_file_reaches_the_terminal_raw():
    assert "\x1b" not in "".join(grouped([of_file("\x1b[31m"), of_file("\x1b[32m")]))


def test_of_a_flood_of_warnings_the_first_are_printed_and_the_rest_is_counted():
    flood = [Complaint("spec", Reason.WARNING, "x", line=n) for n in range(1, MOST_WARNINGS + 8)]
    *first, last = grouped(flood)
    assert len(first) == MOST_WARNINGS
    assert last == "and 7 more: netpol-lab check -o json lists them all"
