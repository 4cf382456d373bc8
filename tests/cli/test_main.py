"""The command line: messages, JSON and exit status, never a traceback."""

import argparse
import io
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import netpol_lab as lab
from netpol_lab.cli.main import (
    _COMMANDS,
    CHECK,
    EXAMPLES,
    FUNCTIONS,
    TEST,
    VERDICT,
    main,
    port_with_protocol,
)
from netpol_lab.model.assumptions import Assumptions
from tests.helpers.shown_examples import examples_in, repository_of, typed
from tests.helpers.written import write

BROKEN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelectr: {}
  ingress: [{ports: [{port: 95000}]}]
"""


@pytest.fixture
def repository(tmp_path):
    return repository_of(tmp_path)


@pytest.fixture
def broken(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    return str(file)


def answer(capsys, *arguments, status=0):
    assert main(list(arguments)) == status
    return capsys.readouterr()


# ---------------------------------------------------------------- check


def test_good_manifests_are_counted(capsys):
    out = answer(capsys, "check", "three-tier").out
    assert out == "3 pods, 1 namespace, 2 policies: no complaints\n"


def test_other_kinds_are_counted(capsys, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}")
    assert "(passed over: 1 ConfigMap): no complaints" in answer(capsys, "check", str(file)).out


FOREIGN = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: calico}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
"""


def test_a_policy_of_another_group_is_told_from_ours(capsys, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(FOREIGN)
    out = answer(capsys, "check", str(file)).out
    assert "(passed over: 1 ConfigMap, 1 NetworkPolicy of another apiVersion)" in out
    data = json.loads(answer(capsys, "check", str(file), "-o", "json").out)
    assert data["ignored"] == {"ConfigMap": 1, "NetworkPolicy": 1}


def test_complaints_are_printed_with_their_place_and_end_with_one(capsys, broken):
    out = answer(capsys, "check", broken, status=1).out
    assert f"{broken}:5:3, document 1: NetworkPolicy shop/db spec.podSelectr" in out
    assert "did you mean podSelector?" in out
    assert out.endswith("1 complaint\n")


def test_a_lenient_reader_drops_what_it_does_not_know_but_still_refuses(capsys, broken):
    out = answer(capsys, "check", "--lenient", broken, status=1).out
    assert "must be between 1 and 65535" in out
    assert "podSelectr" not in out


def test_complaints_as_json_have_the_documented_keys(capsys, broken):
    data = json.loads(answer(capsys, "check", broken, "-o", "json", status=1).out)
    assert set(data) == {"complaints", "warnings", "ignored"}
    assert set(data["complaints"][0]) == {
        "file", "document", "line", "column", "object", "path", "reason", "message", "hint",
    }  # fmt: skip


def test_standard_input_is_a_file_too(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"kind: Pod")))
    out = answer(capsys, "check", "-", status=1).out
    assert out.startswith("<stdin>:1:1")


def test_dropped_fields_are_warnings(capsys, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(BROKEN.replace("95000", "80"), encoding="utf-8")
    out = answer(capsys, "check", "--lenient", str(file)).out
    assert "warning:" in out
    assert "no complaints" in out


def test_bytes_that_are_no_text_are_a_complaint(capsys, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes("kind: Pod".encode("utf-16"))
    assert "UTF-16" in answer(capsys, "check", str(file), status=1).out


# ---------------------------------------------------------------- verdict

FLOW = ("--from", "web", "--to", "db", "--port", "5432")


def test_a_verdict_is_printed_with_its_reasons(capsys):
    out = answer(capsys, "verdict", "three-tier", *FLOW).out
    assert out.splitlines()[0] == "shop/web -> shop/db  TCP 5432: denied"
    assert "closest: rule 1 wants role=backend" in out


def test_a_verdict_as_json_says_both_sides(capsys):
    data = json.loads(answer(capsys, "verdict", "three-tier", *FLOW, "-o", "json").out)
    assert data["allowed"] is False
    assert data["egress"]["isolated"] is False
    assert data["ingress"]["by"] == ["shop/db-access-ingress"]
    flow = ("--from", "backend", *FLOW[2:])
    data = json.loads(answer(capsys, "verdict", "three-tier", *flow, "-o", "json").out)
    assert data["ingress"]["admitted_by"] == [{"policy": "shop/db-access-ingress", "rule": 1}]


@pytest.mark.parametrize(
    ("asked", "flow"),
    [
        (("--port", "53/UDP"), "UDP 53"),
        (("--port", "53/udp", "--protocol", "UDP"), "UDP 53"),
        (("--port", "53", "--protocol", "UDP"), "UDP 53"),
        (("--port", "53"), "TCP 53"),
    ],
)
def test_a_port_may_be_named_with_its_protocol(capsys, asked, flow):
    out = answer(capsys, "verdict", "three-tier", *FLOW[:4], *asked).out
    assert out.startswith(f"shop/web -> shop/db  {flow}: denied\n")


def test_two_protocols_are_refused(capsys):
    asked = ("--port", "53/UDP", "--protocol", "TCP")
    err = answer(capsys, "verdict", "three-tier", *FLOW[:4], *asked, status=2).err
    assert "--port 53/UDP and --protocol TCP name two protocols" in err


def test_a_port_of_a_protocol_without_ports_is_not_dropped_in_silence(capsys):
    said = answer(capsys, "verdict", "three-tier", *FLOW, "--protocol", "ICMP")
    assert said.err == "note: ICMP has no ports: --port 5432 makes no difference\n\n"
    said = answer(capsys, "verdict", "three-tier", *FLOW[:4], "--protocol", "ICMP")
    assert said.err == ""


def test_a_denial_comes_with_what_would_allow_it(capsys):
    out = answer(capsys, "verdict", "three-tier", *FLOW).out
    reasons, fix = out.split("to allow it:\n")
    assert reasons.endswith("shop/web has role=web\n")
    assert fix.startswith(
        "  in shop/db-access-ingress, let rule 1 also admit pods with app=myapp, role=web\n"
    )
    assert fix.endswith("    shop/web -> shop/db  TCP 1-5431, 5433-65535; UDP (all); SCTP (all)\n")


def test_icmp_is_let_through_by_a_rule_without_ports(capsys):
    flow = (*FLOW[:4], "--protocol", "ICMP")
    out = answer(capsys, "verdict", "three-tier", *flow).out
    assert "let rule 1 also admit pods with app=myapp, role=web" in out
    assert "shop/web -> shop/db  all ports" in out


def test_what_no_rule_can_allow_is_said_so(capsys, tmp_path):
    manifests = tmp_path / "hosts.yaml"
    manifests.write_text("""
apiVersion: v1
kind: Pod
metadata: {name: host}
spec: {hostNetwork: true}
---
apiVersion: v1
kind: Pod
metadata: {name: db}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shut}
spec: {podSelector: {}}
""")
    flow = ("--from", "host", "--to", "db", "--port", "80")
    out = answer(capsys, "verdict", str(manifests), *flow).out
    assert out.endswith(
        "to allow it for sure: the manifests do not give the address of the node whose network "
        "default/host uses: admit the addresses of the nodes by an ipBlock, or anyone by a rule "
        "without from\n"
    )


FOUR = """
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
status: {podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress]}
"""


def test_why_nothing_is_proposed_is_said_so(capsys, tmp_path):
    (tmp_path / "shop.yaml").write_text(FOUR, encoding="utf-8")
    flow = ("--from", "a", "--to", "2001:db8::7", "--port", "443")
    out = answer(capsys, "verdict", str(tmp_path), *flow).out
    words = "to allow it: there is no such connection: its ends share no address family\n"
    assert out.endswith(words)


def test_the_narrowest_fix_is_there_for_the_asking(capsys):
    out = answer(capsys, "verdict", "three-tier", *FLOW, "--narrow").out
    assert "add an ingress rule for pods with app=myapp, role=web on TCP 5432" in out
    assert out.endswith("  this opens nothing else\n")


def test_what_is_allowed_comes_without_a_fix(capsys):
    flow = ("--from", "backend", *FLOW[2:])
    assert "to allow it" not in answer(capsys, "verdict", "three-tier", *flow).out
    data = json.loads(answer(capsys, "verdict", "three-tier", *flow, "-o", "json").out)
    assert data["fix"] is None


def test_a_verdict_as_json_holds_the_fix(capsys):
    data = json.loads(answer(capsys, "verdict", "three-tier", *FLOW, "-o", "json").out)
    (change,) = data["fix"]["changes"]
    assert change["object"] == "NetworkPolicy shop/db-access-ingress"
    assert change["path"] == "spec.ingress[0].from"
    (row,) = data["fix"]["also"]["opened"]
    assert row["ports"]["TCP"] == [[1, 5431], [5433, 65535]]


def test_assumptions_are_named_on_the_command_line(capsys):
    out = answer(capsys, "verdict", "three-tier", *FLOW, "--assume", "enforced=false").out
    assert "allowed" in out.splitlines()[0]


@pytest.mark.parametrize(
    ("assumed", "words"),
    [
        ("enforce=false", "Did you mean enforced"),
        ("enforced=maybe", 'takes true or false, not "maybe"'),
        ("enforced=open", "takes true or false"),
        ("icmp-filtered=x", "takes true or false or open"),
    ],
)
def test_a_wrong_assumption_is_explained(capsys, assumed, words):
    err = answer(capsys, "verdict", "three-tier", *FLOW, "--assume", assumed, status=2).err
    assert words in err


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (("--from", "wbe", "--to", "db", "--port", "1"), "Did you mean"),
        (("--from", "web", "--to", "db", "--port", "0"), "ports go from 1 to 65535"),
        (("--from", "web", "--to", "db"), "TCP needs a port"),
        (("--from", "web", "--to", "db", "--port", "1", "--protocol", "TPC"), "Did you mean TCP"),
        (("--from", "1.1.1.1", "--to", "8.8.8.8", "--port", "1"), "Name at least one pod"),
    ],
)
def test_a_question_that_cannot_be_asked_is_explained(capsys, flow, words):
    assert words in answer(capsys, "verdict", "three-tier", *flow, status=2).err


def test_a_verdict_on_refused_manifests_says_the_complaints(capsys, broken):
    err = answer(capsys, "verdict", broken, *FLOW, status=2).err
    assert "did you mean podSelector?" in err


# ---------------------------------------------------------------- what --help shows


def test_what_help_shows_can_be_typed(repository, capsys, monkeypatch):
    """All but the examples about a class and an exercise, which have their own tests."""
    others = ("scenario", "progress")
    texts = (EXAMPLES, *(command.description for command in (CHECK, VERDICT, TEST)))
    shown = [words for text in texts for words in examples_in(text)]
    for words in shown:
        if words[0] not in others:
            typed(words, repository, monkeypatch)
            assert "netpol-lab: " not in capsys.readouterr().err, words
    assert len(shown) == 20


# ---------------------------------------------------------------- test


def test_expectations_that_hold_end_with_zero(case_directory, capsys):
    out = answer(capsys, "test", str(case_directory / "001-e2e-default-deny-ingress.yaml")).out
    assert out == "1 case, 432 expectations: all hold\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no test"),
        (BROKEN, "is a manifest, not a file of tests"),
        ("manifests: ''", "manifests needs expect"),
        ("manifests: ''\nerrors: []\nexpect: []", "nothing else"),
        ("manifests: ''\nexpect: [null]", "from is missing"),
        ("manifests: ''\nexpect: [{from: a, to: b, allowed: 1}]", "true, false or null"),
        ("manifests: ''\nexpect: [{from: a, to: b, allowed: true, common: 5}]", "common"),
        ("manifests: ''\nprobe_ports: [{port: 1}]\nexpect_default: false\n"
         "expect: [{from: no/*, to: b, allowed: true}]",
         '"*" means no pod'),
        ("manifests: ''\nexpect: []", "this tests nothing"),
        ("manifests: ''\nmanifest: ''", "needs manifests, or else manifest"),
        ("manifest: ''\nerrors: []\n---\nmanifests: ''\nexpect: [{from: a, to: b, port: 1, "
         "allowed: true}]", "x.yaml:5"),
    ],
)  # fmt: skip
def test_a_test_that_tests_nothing_is_no_success(tmp_path, capsys, text, words):
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    assert words in answer(capsys, "test", str(file), status=1).out


def test_without_a_path_there_is_nothing_to_test():
    with pytest.raises(SystemExit):
        main(["test"])


def test_an_empty_path_is_no_text(capsys):
    assert "neither a file" in answer(capsys, "check", "", status=2).err
    assert "neither a file" in answer(capsys, "check", "{a,b}.yaml", status=2).err


def test_names_are_printed_without_control_characters(capsys, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text('apiVersion: v1\nkind: Pod\nmetadata: {name: "a\\e]0;b\\n1"}')
    out = answer(capsys, "check", str(file), status=1).out
    assert "\x1b" not in out
    assert "a\\x1b]0;b\\n1" in out


def test_a_failed_expectation_ends_with_one(tmp_path, capsys):
    file = tmp_path / "x.yaml"
    file.write_text("manifests: ''\nexpect: [{from: a, to: b, port: 1, allowed: true}]")
    assert "FAIL" in answer(capsys, "test", str(file), status=1).out
    data = json.loads(answer(capsys, "test", str(file), "-o", "json", status=1).out)
    assert data["failures"][0]["line"] == 2


FAILING = "name: x\nmanifests: ''\nexpect: [{from: a, to: b, port: 1, allowed: true}]"


@pytest.mark.parametrize("wanted", [("-o", "junit"), ("--junit", "report.xml")])
def test_junit_is_printed_or_written_to_a_file(tmp_path, monkeypatch, capsys, wanted):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "x.yaml"
    file.write_text(FAILING, encoding="utf-8")
    out = answer(capsys, "test", "x.yaml", *wanted, status=1).out
    written = tmp_path / "report.xml"
    text = written.read_text("utf-8") if written.exists() else out
    assert '<testcase classname="x" name="a -&gt; b  TCP 1: allowed"' in text
    assert out.startswith("FAIL") is written.exists()


def test_a_report_that_cannot_be_written_ends_with_two(case_directory, capsys):
    file = str(case_directory / "001-e2e-default-deny-ingress.yaml")
    err = answer(capsys, "test", file, "--junit", "no/such/place.xml", status=2).err
    assert "no/such/place.xml cannot be written: No such file" in err


def test_a_file_of_tests_is_not_written_over(tmp_path, capsys):
    file = tmp_path / "x.yaml"
    file.write_text(FAILING)
    err = answer(capsys, "test", str(file), "--junit", str(file), status=2).err
    assert "is one of the inputs" in err
    assert file.read_text() == FAILING


def test_a_lenient_test_drops_what_a_strict_one_refuses(tmp_path, capsys):
    file = tmp_path / "x.yaml"
    manifests = BROKEN.replace("95000", "80").replace("\n", "\n  ")
    pod = "---\n  {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}}\n"
    expected = "expect: [{from: 192.0.2.1, to: shop/a, port: 80, allowed: true}]"
    file.write_text(f"manifests: |\n  {manifests}{pod}{expected}\n", encoding="utf-8")
    assert "did you mean podSelector?" in answer(capsys, "test", str(file), status=1).out
    assert answer(capsys, "test", "--lenient", str(file)).out == "1 case, 1 expectation: all hold\n"


# ---------------------------------------------------------------- the rest


def test_a_missing_path_ends_with_two_and_a_sentence(capsys):
    for verb in ("test", "check"):
        assert "neither a file" in answer(capsys, verb, "no/such/place", status=2).err


def test_wrong_use_ends_with_two(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["nonsense"])
    assert stop.value.code == 2
    assert "there is no command" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "verdict", "reach", "diff", "lint", "draw", "test"])
def test_every_command_shows_examples(capsys, verb):
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    assert f"netpol-lab {verb} " in capsys.readouterr().out


def test_assumptions_can_be_used_from_the_help_alone(capsys):
    with pytest.raises(SystemExit):
        main(["verdict", "--help"])
    out = capsys.readouterr().out
    named = {"pod_cidrs": "--pod-cidr", "node_cidrs": "--node-cidr", "domain_names": "--name"}
    of_people = (field.name for field in fields(Assumptions) if field.name != "unknown_within")
    assert all(named.get(name, name) in out for name in of_people)


def test_shells_can_complete_it(capsys):
    assert "netpol-lab" in answer(capsys, "completion", "bash").out


def test_a_start_loads_nothing_heavy():
    program = (
        "import sys\n"
        "from netpol_lab.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'dataclasses', 'difflib', 'json', 'yaml', 'netpol_lab.model.assumptions'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stderr == "[]\n"


def test_the_options_of_a_command_are_known_behind_a_double_dash(capsys):
    assert answer(capsys, "check", "--", "three-tier").out.endswith("no complaints\n")


def test_it_runs_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "netpol_lab", "--help"], capture_output=True, text=True, check=True
    )
    assert "netpol-lab" in run.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("verb", ["check", "reach", "lint", "draw"])
def test_output_that_cannot_be_written_ends_with_two_and_a_sentence(verb):
    run = in_a_shell(f"{verb} three-tier > /dev/full")
    assert run.returncode == 2
    assert run.stderr == (
        "netpol-lab: standard output cannot be written: No space left on device.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("end", [">&-", "2>&-", ">&- 2>&-", "| true"])
def test_streams_that_are_closed_are_no_reason_to_complain(end):
    run = in_a_shell(f"reach three-tier {end}")
    assert (run.returncode, run.stderr) == (0, "")


def in_a_shell(words):
    command = f"'{sys.executable}' -m netpol_lab {words}"
    return subprocess.run(command, shell=True, capture_output=True, text=True)


def test_an_interrupted_command_says_nothing(capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("netpol_lab.cli.main.read_cluster", interrupted)
    assert answer(capsys, "check", "three-tier", status=130) == ("", "")


@pytest.mark.parametrize("text", ["http", "-1", "8e1", "²"])
def test_a_port_is_a_number(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number"):
        port_with_protocol(text)


# ---------------------------------------------------------------- what only older servers take

HOST_BITS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: x}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.5/24}}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: x}
"""
ASKED = {
    "reach": ("reach",),
    "verdict": ("verdict", "--from", "203.0.113.9", "--to", "x/a", "--port", "80"),
    "verdict as JSON": (
        *("verdict", "-o", "json", "--from", "203.0.113.9", "--to", "x/a", "--port", "80"),
    ),
    "draw": ("draw",),
    "lint": ("lint", "--fail-on", "never"),
}


@pytest.fixture
def host_bits(tmp_path):
    file = tmp_path / "dump.yaml"
    file.write_text(HOST_BITS, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("lenient", [(), ("--lenient",)], ids=["strict", "lenient"])
@pytest.mark.parametrize("command", ASKED)
def test_a_question_about_host_bits_is_answered_with_a_warning(capsys, host_bits, command, lenient):
    said = answer(capsys, *ASKED[command], *lenient, host_bits)
    assert "since v1.36" in said.err
    assert "--assume strict_cidr=false" in said.err
    assert said.out


def test_check_refuses_host_bits_and_says_which_servers_take_them(capsys, host_bits):
    out = answer(capsys, "check", host_bits, status=1).out
    assert "hint: write 203.0.113.0/24; servers before v1.36 take it (--assume strict" in out
    assert answer(capsys, "check", "--assume", "strict_cidr=false", host_bits)


def test_who_says_that_servers_are_strict_gets_a_refusal(capsys, host_bits):
    answer(capsys, "reach", "--assume", "strict_cidr=true", host_bits, status=2)


def test_both_sides_of_a_diff_may_have_host_bits(capsys, host_bits):
    assert answer(capsys, "diff", host_bits, host_bits).err.count("since v1.36") == 1


# ---------------------------------------------------------------- what folders hold

BARE = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"


def test_the_namespace_of_what_names_none_can_be_chosen(capsys, tmp_path):
    write(tmp_path, {"a.yaml": BARE % "a", "b.yaml": BARE % "b"})
    flow = ("--from", "team/a", "--to", "team/b", "--port", "80")
    out = answer(capsys, "verdict", str(tmp_path), *flow, "--namespace", "team").out
    assert out.startswith("team/a -> team/b  TCP 80: allowed")
    answer(capsys, "verdict", str(tmp_path), *flow, "-n", "team")
    said = answer(capsys, "check", str(tmp_path), "-n", "Te am", status=2)
    assert 'no namespace can be called "Te am"' in said.err


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_verdict_says_in_every_format_what_it_did_not_read(capsys, tmp_path, format):
    write(tmp_path, {"a.yaml": BARE % "a", "b.yaml": BARE % "b", "values.yaml": "x: 1"})
    flow = ("--from", "a", "--to", "b", "--port", "80")
    said = answer(capsys, "verdict", str(tmp_path), *flow, "-o", format)
    assert "values.yaml\n  NotRead: is a chart's values" in said.err


def test_a_run_of_tests_says_what_it_did_not_read(capsys, tmp_path):
    text = "manifests_from: [app]\nexpect: [{from: a, to: a, port: 1, allowed: true}]\n"
    write(tmp_path, {"app/a.yaml": BARE % "a", "app/values.yaml": "x: 1", "t.yaml": text})
    said = answer(capsys, "test", str(tmp_path / "t.yaml"))
    assert "NotRead: is a chart's values" in said.err


def test_check_tells_what_turns_an_older_policy_into_the_current_kind(capsys, tmp_path):
    older = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy"}
    older |= {"metadata": {"name": "a"}, "spec": {"priority": 1, "subject": {"namespaces": {}}}}
    (tmp_path / "a.json").write_text(json.dumps(older), "utf-8")
    assert main(["check", str(tmp_path / "a.json")]) == 0
    note, summary = capsys.readouterr().out.split("\n\n")
    assert note == (
        "note: AdminNetworkPolicy and BaselineAdminNetworkPolicy came before ClusterNetworkPolicy: "
        "netpol-lab convert turns them into it"
    )
    assert summary.endswith("1 cluster-wide policy: no complaints\n")
    main(["check", "two-teams"])
    assert "note" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("evaluate", "verdict"), ("fix", "verdict"), ("reachability", "reach"), ("expect", "test")],
)
def test_the_name_of_a_function_leads_to_the_command(capsys, typed, meant):
    with pytest.raises(SystemExit) as stopped:
        main([typed, "three-tier"])
    assert stopped.value.code == 2
    assert f'there is no command "{typed}". Did you mean {meant}?' in capsys.readouterr().err


def test_every_function_with_another_name_leads_to_a_command_that_exists():
    assert {*FUNCTIONS.values()} <= {command.name for command in _COMMANDS}
    assert {*FUNCTIONS} <= {*lab.__all__, "blast_radius"}
    assert not {*FUNCTIONS} & {command.name for command in _COMMANDS}


def test_a_slip_of_the_pen_leads_to_the_command(capsys):
    with pytest.raises(SystemExit):
        main(["vredict"])
    assert "Did you mean verdict" in capsys.readouterr().err
