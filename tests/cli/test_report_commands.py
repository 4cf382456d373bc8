"""reach, diff, lint and draw on the command line: formats, files, exit statuses, stored answers."""

import argparse
import csv
import json
from pathlib import Path

import pytest

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.cli.main import main
from netpol_lab.cli.report_commands import DIFF, DRAW, LINT, REACH, SEVERITIES, port_and_protocol
from netpol_lab.cli.reports.formats import FORMATS
from tests.helpers.places import PACKAGE
from tests.helpers.shown_examples import examples_in, repository_of, typed
from tests.helpers.written import write

SCENARIO = PACKAGE / "data" / "scenarios" / "three-tier.yaml"
MANY = 310
EVERY = {protocol: [[1, 65535]] for protocol in ("TCP", "UDP", "SCTP")}


def pod(name, owner):
    made_by = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": owner, "uid": "u"}
    owners = [made_by | {"controller": True}] if owner else []
    metadata = {"name": name, "namespace": "shop", "ownerReferences": owners}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


@pytest.fixture
def changed(tmp_path):
    """The shop, where backend has become a web."""
    file = tmp_path / "changed.yaml"
    file.write_text(SCENARIO.read_text().replace("role: backend", "role: web"))
    return str(file)


@pytest.fixture
def many(tmp_path):
    """A workload of many pods, and a pod of its own."""
    file = tmp_path / "many.json"
    pods = [pod("db", ""), *(pod(f"web-{number}", "web") for number in range(MANY))]
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))
    return str(file)


def answer(capsys, *arguments, status=0):
    assert main(list(arguments)) == status
    return capsys.readouterr()


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    assert stop.value.code == 2
    return capsys.readouterr().err


# ---------------------------------------------------------------- all four


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("command", ["reach", "diff", "lint", "draw"])
def test_every_command_writes_every_format(tmp_path, command, format):
    file = tmp_path / "out"
    paths = ["three-tier", "three-tier"] if command == "diff" else ["three-tier"]
    assert main([command, *paths, "-o", format, "--out", str(file)]) == 0
    assert file.stat().st_size > 10


def test_an_unknown_format_lists_the_known(capsys):
    err = refused(capsys, "reach", "three-tier", "-o", "xml")
    assert all(format in err for format in FORMATS)


def test_a_file_that_cannot_be_written_is_a_sentence(capsys, tmp_path):
    err = answer(
        capsys, "draw", "three-tier", "--out", str(tmp_path / "no" / "x.svg"), status=2
    ).err
    assert err.startswith("netpol-lab: ")
    assert "cannot be written: No such file" in err


def test_the_suffix_of_the_file_is_the_format(tmp_path):
    file = tmp_path / "x.json"
    assert main(["reach", "three-tier", "--out", str(file)]) == 0
    assert "connections" in json.loads(file.read_text())


def test_an_unknown_suffix_is_said_before_anything_is_read(capsys):
    err = answer(capsys, "reach", "no/such/place", "--out", "x.xlsx", status=2).err
    assert "does not tell its format" in err


@pytest.mark.parametrize("text", ["0", "65536", "http", "80/ICMP", "/TCP", "80/", "²"])
def test_what_is_no_port_is_refused(text):
    if text == "80/":
        assert port_and_protocol(text) == (80, "TCP")
    else:
        with pytest.raises(argparse.ArgumentTypeError):
            port_and_protocol(text)


# ---------------------------------------------------------------- what --help shows


@pytest.mark.parametrize("command", [REACH, DIFF, LINT, DRAW], ids=lambda command: command.name)
def test_what_help_shows_can_be_typed(tmp_path, capsys, monkeypatch, command):
    folder = repository_of(tmp_path)
    shown = examples_in(command.description)
    for words in shown:
        typed(words, folder, monkeypatch)
        assert "netpol-lab: " not in capsys.readouterr().err, words
    assert len(shown) > 1


# ---------------------------------------------------------------- reach


def test_reach_prints_who_reaches_whom(capsys):
    out = answer(capsys, "reach", "three-tier", "--to", "db").out
    assert out.splitlines()[0] == "shop/backend -> shop/db  all ports"


def test_reach_as_json_has_the_documented_form(capsys):
    held = json.loads(answer(capsys, "reach", "three-tier", "--to", "db", "-o", "json").out)
    every = {"TCP": [[1, 65535]], "UDP": [[1, 65535]], "SCTP": [[1, 65535]]}
    assert held == {"connections": [{"from": "shop/backend", "to": "shop/db", "ports": every}]}


def test_reach_at_a_port_is_a_grid(capsys):
    held = json.loads(answer(capsys, "reach", "three-tier", "--port", "5432", "-o", "json").out)
    assert set(held) == {"port", "protocol", "names", "cells"}
    assert held["cells"][0][:3] == [True, True, False]
    assert "TCP 5432: who (row)" in answer(capsys, "reach", "three-tier", "--port", "5432").out


def test_many_pods_are_put_together_for_people_and_that_is_said(capsys, many):
    said = answer(capsys, "reach", many)
    assert len(said.out.splitlines()) < 20
    assert "7 connections: by workload" in said.out
    assert "grouped by workload. --by pod" in said.err


def test_many_pods_are_all_named_for_programs(capsys, many):
    rows = list(csv.reader(answer(capsys, "reach", many, "-o", "csv").out.splitlines()))
    assert len(rows) == 1 + (MANY + 1) * (MANY + 2)
    assert main(["reach", many, "--by", "pod", "--from", "db"]) == 0


def test_an_end_that_is_named_is_never_put_together_with_others(capsys, many):
    out = answer(capsys, "reach", many, "--to", "db").out
    assert "by workload" not in out
    assert "shop/web-" in out


def test_assumptions_and_lenience_reach_the_answer(capsys):
    out = answer(capsys, "reach", "three-tier", "--to", "db", "--assume", "enforced=false").out
    assert out.startswith("shop/web ")


def test_an_unknown_end_is_a_sentence(capsys):
    err = answer(capsys, "reach", "three-tier", "--to", "wbe", status=2).err
    assert "Did you mean shop/web" in err


def test_a_cluster_wide_policy_that_nobody_can_use_is_warned_of_once(capsys, tmp_path):
    odd = {"namespaces": {"matchExpressions": [{"key": "a", "operator": "Odd"}]}}
    above = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy"}
    above |= {"metadata": {"name": "a"}, "spec": {"priority": 1, "subject": odd}}
    file = stored_pods(tmp_path, "x.json", [pod("web", "")], above)
    err = answer(capsys, "reach", file).err
    assert err.count("not a valid selector operator") == 1
    assert (
        err.count("1 AdminNetworkPolicy (policy.networking.k8s.io): a part of it cannot be used")
        == 1
    )


def test_a_policy_of_another_group_is_not_said_to_be_no_network_policy(capsys, tmp_path):
    calico = {"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": {}}
    err = answer(capsys, "reach", stored_pods(tmp_path, "x.json", [pod("web", "")], calico)).err
    assert "1 NetworkPolicy (projectcalico.org) passed over" in err
    assert "flows that it could decide are undefined" in err


def test_policies_of_another_kind_are_not_passed_over_silently(capsys, tmp_path):
    foreign = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {}}
    file = stored_pods(tmp_path, "x.json", [pod("web", "")], foreign)
    said = "1 CiliumNetworkPolicy (cilium.io) passed over"
    assert said in answer(capsys, "reach", file).err
    assert said in answer(capsys, "lint", file).err


def stored_pods(folder, name, pods, *others):
    file = folder / name
    items = [*pods, *others]
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return str(file)


def test_a_rollout_that_only_renames_pods_is_no_change(capsys, tmp_path):
    old = stored_pods(tmp_path, "old.json", [pod("web-a", "web"), pod("db", "")])
    new = stored_pods(tmp_path, "new.json", [pod("web-b", "web"), pod("db", "")])
    said = answer(capsys, "diff", old, new)
    assert "nothing changed" in said.out
    assert "pods have new names: compared by workload" in said.err
    assert answer(capsys, "diff", old, new, "--by", "pod", status=1).out


DENY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "deny", "namespace": "shop"},
    "spec": {"podSelector": {}},
}


def test_many_changes_are_put_together_but_still_change_the_status(capsys, tmp_path):
    pods = [pod(f"web-{number}", "web") for number in range(30)]
    old = stored_pods(tmp_path, "old.json", pods)
    new = stored_pods(tmp_path, "new.json", pods, DENY)
    said = answer(capsys, "diff", old, new, status=1)
    assert "grouped by workload" in said.err
    assert "shop/web -> shop/web" in said.out
    assert answer(capsys, "diff", old, new, "--by", "namespace", status=1).out


def test_a_side_without_pods_is_refused_and_says_how_to_name_them(capsys, tmp_path):
    web = stored_pods(tmp_path, "pods.json", [pod("web", ""), pod("db", "")])
    allow = json.loads(json.dumps(DENY))
    allow["spec"]["ingress"] = [{}]
    old, new = (
        stored_pods(tmp_path, f"{n}.json", [], policy) for n, policy in enumerate((DENY, allow))
    )
    for sides in ((old, new), (web, new), (old, web)):
        err = answer(capsys, "diff", *sides, status=2).err
        assert "holds no pods" in err
        assert "--with deploy/" in err
    out = answer(capsys, "diff", old, new, "--with", web, status=1).out
    assert "+ shop/web -> shop/db  all ports" in out
    assert answer(capsys, "diff", old, old, "--with", web).out == "nothing changed\n"


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "-", "-"),
        ("diff", "three-tier", "three-tier", "--with", "-"),
        ("reach", "-", "-"),
        ("lint", "-", "three-tier", "-"),
    ],
)
def test_standard_input_can_be_named_once(capsys, words):
    assert "standard input can be read only once" in answer(capsys, *words, status=2).err


def test_what_is_shared_is_warned_of_once(capsys, tmp_path):
    foreign = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {}}
    shared = stored_pods(tmp_path, "x.json", [pod("web", ""), pod("db", "")], foreign)
    err = answer(capsys, "diff", "three-tier", "three-tier", "--with", shared).err
    assert err.count("CiliumNetworkPolicy") == 1


def test_what_only_some_pods_of_a_workload_lost_is_a_note_and_a_change(capsys, many, tmp_path):
    held = json.loads(Path(many).read_text())
    held["items"][1]["metadata"]["labels"] = {"own": "yes"}
    closed = json.loads(json.dumps(DENY))
    closed["spec"]["podSelector"] = {"matchLabels": {"own": "yes"}}
    held["items"].append(closed)
    file = tmp_path / "closed.json"
    file.write_text(json.dumps(held))
    words = ("diff", many, str(file), "--by", "workload")
    out = answer(capsys, *words, status=1).out
    assert "~ some of shop/db -> shop/web lost all ports" in out
    assert out.endswith("no workload changed as a whole, some of them in part\n")
    held = json.loads(answer(capsys, *words, "-o", "json", status=1).out)
    assert held["changes"] == []
    (part,) = (c for c in held["partial"] if c["from"] == "shop/db")
    assert part == {
        "from": "shop/db",
        "to": "shop/web",
        "gained": {},
        "lost": EVERY,
        "unsettled": {},
        "causes": [f"ingress: shop/{DENY['metadata']['name']} now isolates shop/web-0"],
    }
    out = answer(capsys, *words, "--from", "shop/db", "--port", "80", status=1).out
    assert out.startswith("~ some of shop/db -> shop/web lost TCP 80\n")


def test_what_is_shared_is_not_written_over(capsys, many):
    words = ("diff", "three-tier", "three-tier", "--with", many, "-o", "json", "--out", many)
    assert "would lose it" in answer(capsys, *words, status=2).err


# ---------------------------------------------------------------- stored answers


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x.txt"])
def test_a_snapshot_holds_until_something_changes(capsys, tmp_path, changed, name):
    stored = str(tmp_path / name)
    answer(capsys, "reach", "three-tier", "--expect", stored, "--update")
    assert "as expected" in answer(capsys, "reach", "three-tier", "--expect", stored).out
    out = answer(capsys, "reach", changed, "--expect", stored, status=1).out
    assert "+ shop/web -> shop/db  all ports" in out
    assert "- shop/db -> shop/web  all ports" in out
    assert "--update" in out


@pytest.mark.parametrize("update", [(), ("--update",)])
def test_only_what_can_be_a_snapshot_is_offered(capsys, tmp_path, update):
    stored = str(tmp_path / "s.yaml")
    err = answer(capsys, "reach", "three-tier", "--expect", stored, *update, status=2).err
    assert "must end in .json, .csv or .txt" in err
    assert ".html" not in err


def test_a_snapshot_of_another_question_is_said_to_be_one(capsys, tmp_path, many):
    stored = str(tmp_path / "x.csv")
    answer(capsys, "reach", many, "--by", "workload", "--expect", stored, "--update")
    out = answer(capsys, "reach", many, "--expect", stored, status=1).out
    assert "the question differs: it is by workload, and this asks by pod" in out
    out = answer(capsys, "reach", many, "--by", "workload", "--expect", stored).out
    assert "differs" not in out


def test_a_snapshot_that_is_missing_or_no_snapshot_ends_with_two(capsys, tmp_path):
    for name in ("none.json", "x.svg"):
        answer(capsys, "reach", "three-tier", "--expect", str(tmp_path / name), status=2)


@pytest.mark.parametrize("odd", [["--update"], ["--expect", "x.json", "-o", "json"]])
def test_options_that_do_not_go_together_are_refused(capsys, odd):
    assert "--expect" in answer(capsys, "reach", "three-tier", *odd, status=2).err


# ---------------------------------------------------------------- diff, lint, draw


def test_diff_ends_with_one_where_something_changed(capsys, changed):
    out = answer(capsys, "diff", "three-tier", changed, status=1).out
    assert "+ shop/web -> shop/db  all ports\n    ingress: rule 1 of shop/db-access-ingress" in out
    assert answer(capsys, "diff", "three-tier", "three-tier").out == "nothing changed\n"


def test_diff_of_what_did_not_change_ends_with_zero(capsys, changed):
    assert "0 of" in answer(capsys, "diff", "three-tier", changed, "--from", "backend").out


def test_diff_can_be_put_together(capsys, changed):
    out = answer(capsys, "diff", "three-tier", changed, "--by", "namespace", status=1).out
    assert out.startswith("- 0.0.0.0-255.255.255.255 -> shop  all ports")


@pytest.mark.parametrize(
    ("least", "status"), [("note", 1), ("warning", 0), ("error", 0), ("never", 0)]
)
def test_lint_fails_from_the_chosen_severity_on(capsys, least, status):
    out = answer(capsys, "lint", "three-tier", "--fail-on", least, status=status).out
    assert "NP105" in out
    answer(capsys, "lint", "one-way", status=1)


def test_the_severities_are_those_of_lint():
    assert tuple(Severity) == SEVERITIES


def test_draw_prints_the_flows_of_a_port(capsys):
    out = answer(capsys, "draw", "three-tier", "--port", "5432/TCP").out
    assert out.startswith("TCP 5432: 4 of 6 connections allowed")


@pytest.mark.parametrize(
    "options", [["-o", "json", "--out"], ["--update", "--expect"]], ids=["out", "update"]
)
def test_manifests_that_are_read_are_not_written_over(capsys, many, options):
    before = Path(many).read_text()
    assert "would lose it" in answer(capsys, "reach", many, *options, many, status=2).err
    assert Path(many).read_text() == before


@pytest.mark.parametrize("option", ["--out", "--expect"])
def test_manifests_in_a_folder_that_is_read_are_not_written_over(capsys, many, option):
    words = ("--update",) if option == "--expect" else ()
    folder, before = str(Path(many).parent), Path(many).read_text()
    assert "would lose it" in answer(capsys, "reach", folder, *words, option, many, status=2).err
    assert Path(many).read_text() == before


@pytest.mark.parametrize("command", ["reach", "lint", "draw"])
def test_a_report_in_the_folder_that_is_read_is_no_input_the_next_time(
    capsys, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(SCENARIO.read_text())
    words = (command, ".", "-o", "json", "--out", "report.json")
    for status in (main(list(words)), main(list(words))):
        assert status == 0
    assert "report.json\n  NotRead: " in capsys.readouterr().err
    for _ in range(2):
        assert main(["reach", ".", "--expect", "report.txt", "--update"]) == 0


@pytest.mark.parametrize("option", ["--from", "--to", "--out", "--expect"])
def test_an_empty_name_is_refused_and_not_taken_for_everybody(capsys, option):
    assert "is empty" in refused(capsys, "reach", "three-tier", option, "")


def test_a_change_is_told_also_where_putting_together_would_hide_it(capsys, many, tmp_path):
    held = json.loads(Path(many).read_text())
    held["items"][1]["metadata"]["labels"] = {"own": "yes"}
    spec = {"podSelector": {"matchLabels": {"own": "yes"}}, "policyTypes": ["Ingress"]}
    metadata = {"name": "closed", "namespace": "shop"}
    kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    held["items"].append(kind | {"metadata": metadata, "spec": spec})
    closed = tmp_path / "closed.json"
    closed.write_text(json.dumps(held))
    out = answer(capsys, "diff", str(closed), many, status=1).out
    assert "+ shop/db -> shop/web-0  all ports" in out


WRONG = [
    *(("reach", "three-tier", end, "nosuch") for end in ("--from", "--to")),
    ("reach", "three-tier", "--from", "web", "--to", "nosuch", "--port", "80"),
    ("diff", "three-tier", "one-way", "--from", "nosuch"),
    ("lint", "three-tier", "--assume", "nosuch=true"),
    ("draw", "three-tier", "--assume", "nosuch=true"),
    *((command, "no/such/place") for command in ("reach", "lint", "draw")),
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_ends_with_two_leaves_the_file_as_it_was(capsys, tmp_path, words, format):
    file = tmp_path / "existing"
    file.write_text("precious")
    said = answer(capsys, *words, "-o", format, "--out", str(file), status=2)
    assert said.err.startswith("netpol-lab: ")
    assert file.read_text() == "precious"
    assert answer(capsys, *words, "-o", format, status=2).out == ""


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_a_snapshot_stays_when_the_question_is_wrong(capsys, tmp_path, suffix):
    file = tmp_path / f"x.{suffix}"
    words = ("reach", "three-tier", "--expect", str(file), "--update")
    answer(capsys, *words)
    before = file.read_text()
    answer(capsys, *words, "--to", "nosuch", status=2)
    assert file.read_text() == before


# ---------------------------------------------------------------- lint in parts

JOB = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: restore, namespace: '${NS}'}\n"
OPEN = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n"
    "spec: {podSelector: {}, ingress: [{from: []}]}\n"
)
WEB = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\n"


def test_lint_goes_on_without_a_workload_of_a_folder_that_is_refused(tmp_path, capsys):
    write(tmp_path, {"job.yaml": JOB, "all.yaml": f"{WEB}---\n{OPEN}"})
    assert main(["lint", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert "NP506" in out
    assert "job.yaml" in err
    assert "leave out 1 object that" in err


def test_a_page_that_is_kept_says_what_was_refused(tmp_path, capsys):
    write(tmp_path, {"job.yaml": JOB, "all.yaml": WEB})
    main(["lint", str(tmp_path), "-o", "md"])
    assert "Job ${NS}/restore" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["reach", "draw", "check"])
def test_other_commands_need_all_that_a_folder_holds(tmp_path, capsys, command):
    write(tmp_path, {"job.yaml": JOB, "all.yaml": f"{WEB}---\n{OPEN}"})
    assert main([command, str(tmp_path)]) != 0
    assert "job.yaml" in "".join(capsys.readouterr())


@pytest.mark.parametrize("wrong", [OPEN.replace("spec", "spce"), "kind: NetworkPolicy\nx: ["])
def test_lint_needs_every_policy_and_says_all_that_is_wrong(tmp_path, capsys, wrong):
    write(tmp_path, {"job.yaml": JOB, "all.yaml": f"{WEB}---\n{OPEN}", "deny.yaml": wrong})
    assert main(["lint", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "deny.yaml" in err
    assert "job.yaml" in err


def test_lint_of_a_file_that_is_named_needs_all_of_it(tmp_path, capsys):
    write(tmp_path, {"all.yaml": f"{WEB}---\n{OPEN}---\n{JOB}"})
    assert main(["lint", str(tmp_path / "all.yaml")]) == 2
    assert capsys.readouterr().out == ""
