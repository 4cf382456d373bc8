"""Whatever stands in manifests, file names and answers of programs: no command writes it raw.

What is put in are harmless ones: a colour, C1, a turn of direction, DEL, a line break, a return.
"""

import copy
import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from netpol_lab.cli.main import main
from netpol_lab.errors import ClusterError
from netpol_lab.harmless import harmless
from netpol_lab.manifests.kubectl import from_kubectl
from netpol_lab.manifests.loader import load
from tests.helpers.stand_in import install, on_unix

EVIL = "\x1b[31m\x9b2J\u202e\x7f\u2028\r"
OBJECTS = list(
    yaml.safe_load_all("""
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}, annotations: {n: hi}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}},
 spec: {nodeName: n1, containers: [{name: c, image: i, command: [sh],
 ports: [{name: http, containerPort: 80, protocol: TCP}]}]}, status: {podIP: 10.0.0.4}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: db, namespace: shop},
 spec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}},
 spec: {containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop},
 spec: {selector: {app: db}, ports: [{name: sql, port: 5432, targetPort: sql, protocol: TCP}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop},
 spec: {podSelector: {matchExpressions: [{key: app, operator: In, values: [db]}]},
 policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: wep}}},
 {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: sql, protocol: TCP}]}]}}
---
{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: c, namespace: shop},
 spec: {description: hi}}
---
{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: r, namespace: shop}}
""")
)
COMMANDS = (
    *("check {0}", "check {0} -o json", "test {0}", "scenario check {0}", "progress {0}"),
    *("verdict {0} --from shop/web --to shop/db --port 5432{1}" for _ in ("text",)),
    "verdict {0} --from shop/web --to shop/db --port 5432 -o json",
    *(f"reach {{0}} -o {format}" for format in ("text", "json", "csv", "md", "dot", "mermaid")),
    *(f"lint {{0}} -o {format}" for format in ("text", "json", "csv", "md", "html", "mermaid")),
    *(f"draw {{0}} -o {format}" for format in ("text", "json", "svg", "html", "dot")),
    *(f"diff three-tier {{0}} -o {format}" for format in ("text", "json", "md", "csv")),
    *("reach {0} --port 80", "reach {0} --by workload", "diff {0} three-tier"),
)


def leaves(value, path=()):
    """Yield the path of each key and each value that is no container."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        if isinstance(key, str):
            yield (*path, key), True
        if isinstance(part, dict | list):
            yield from leaves(part, (*path, key))
        else:
            yield (*path, key), False


LEAVES = [*leaves(OBJECTS)]


def with_escapes(objects, path, is_key):
    objects = copy.deepcopy(objects)
    at = objects
    for step in path[:-1]:
        at = at[step]
    if is_key:
        at[path[-1] + EVIL] = at.pop(path[-1])
    else:
        at[path[-1]] = f"{at[path[-1]]}{EVIL}"
    return objects


def said(capsys, words, *more):
    """Return what a command writes and its exit status; nothing of it is raw."""
    try:
        status = main([*words, *more])
    except SystemExit as end:
        status = end.code
    shown = capsys.readouterr()
    for text in shown:
        assert harmless(text) == text
        assert "Traceback" not in text
    return shown.out, status


def test_an_escape_in_any_field_is_never_written_raw_and_json_keeps_it(tmp_path, capsys):
    file = tmp_path / "x.yaml"
    accepted = OBJECTS
    for path, is_key in LEAVES:
        file.write_text(yaml.safe_dump_all(with_escapes(OBJECTS, path, is_key)))
        for more in ([], ["--lenient"]):
            _, status = said(capsys, ["check", str(file), "-o", "json"], *more)
            said(capsys, ["check", str(file)], *more)
        if status == 0 and not is_key and "kind" not in path:
            accepted = with_escapes(accepted, path, is_key)
    file.write_text(yaml.safe_dump_all(accepted))
    assert file.read_text().count("\\e[31m") > 5
    for command in COMMANDS:
        out, status = said(capsys, command.format(file, "").split())
        if "-o json" in command and status != 2:
            assert json.loads(out)


def test_an_escape_in_what_is_passed_over_is_not_printed_in_python_either():
    objects = with_escapes(OBJECTS, (5, "metadata", "name"), False)
    cluster = load(yaml.safe_dump_all(objects))
    assert cluster.other_policies
    for policy in cluster.other_policies:
        assert harmless(str(policy)) == str(policy)


@on_unix
@pytest.mark.parametrize("evil", ["\x1b[31m", "\u202e\x9b", "\x7f\u2028", "\r\udc9b"], ids=ascii)
def test_an_escape_in_a_name_or_an_argument_is_never_written_raw(tmp_path, capsys, evil):
    folder = tmp_path / f"f{evil}"
    folder.mkdir()
    for name, text in (("ok", yaml.safe_dump_all(OBJECTS)), ("bad", "kind: [")):
        (folder / f"{name}{evil}.yaml").write_text(text)
    (folder / f"p{evil}.json").write_text('{"version": 1}')
    for place in (folder, folder / f"ok{evil}.yaml", folder / f"bad{evil}.yaml", folder / evil):
        for command in COMMANDS:
            words = command.split()
            said(capsys, [word.replace("{0}", str(place)).replace("{1}", "") for word in words])
    for words in (
        ["check", f"--{evil}"],
        [evil],
        ["verdict", "three-tier", "--from", evil, "--to", f"db{evil}"],
        ["reach", "three-tier", "--port", evil],
        ["reach", "three-tier", "--assume", f"{evil}={evil}"],
        ["reach", "three-tier", "--expect", f"{folder}/none{evil}.csv"],
        ["reach", "three-tier", "--expect", f"{folder}/new{evil}.csv", "--update"],
        ["reach", "three-tier", "--out", f"{folder}/none{evil}/x.csv"],
        ["check", "three-tier", "--namespace", evil],
    ):
        said(capsys, words)


@on_unix
def test_a_file_gets_the_same_text_as_a_terminal(tmp_path, capsys):
    file, out = tmp_path / "x.yaml", tmp_path / "out"
    file.write_text(yaml.safe_dump_all(with_escapes(OBJECTS, (5, "metadata", "name"), False)))
    for format in ("text", "csv", "md", "json", "html"):
        shown, _ = said(capsys, ["lint", str(file), "-o", format])
        said(capsys, ["lint", str(file), "-o", format, "--out", str(out)])
        assert out.read_bytes().decode() == shown


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")
def test_a_terminal_gets_nothing_raw(tmp_path):
    import pty

    file = tmp_path / f"x{EVIL}.yaml"
    file.write_text(yaml.safe_dump_all(with_escapes(OBJECTS, (5, "metadata", "name"), False)))
    for words in (["check", str(file)], ["check", f"{file}none"], ["lint", str(file)], ["--help"]):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "netpol_lab", *words]
        run = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs)
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # so ends what a terminal shows
                break
            if not piece:
                break
            text += piece
        os.close(ours)
        assert run.wait(60) in (0, 1, 2)
        bar = re.compile(r"\r\x1b\[K[^\r\x1b]*")  # ours, if the machine is slow
        plain = bar.sub("", text.decode()).replace("\r\n", "\n")
        assert plain
        assert harmless(plain) == plain


@on_unix
@pytest.mark.parametrize(
    "behaviour",
    [
        "sys.exit('\\x1b[31m bad \\u202e\\x9b')",
        "print('\\x1b[31m no JSON \\x07')",
        'print(\'{"kind": "List", "items": ["\\x1b[31m"]}\')',
        'print(\'{"apiVersion": "v1", "kind": "\\\\u001b[3m", "metadata": {"name": "a"}}\')',
    ],
)
def test_what_kubectl_says_is_never_told_raw(tmp_path, monkeypatch, behaviour):
    install(tmp_path / "bin", monkeypatch, "kubectl", behaviour)
    try:
        cluster = from_kubectl()
        texts = [repr(cluster), *map(str, cluster.warnings)]
    except (ClusterError, ValueError) as error:
        texts = [str(error)]
    assert texts
    for text in texts:
        assert harmless(text) == text


@on_unix
def test_what_kustomize_says_is_never_told_raw(tmp_path, monkeypatch, capsys):
    install(tmp_path / "bin", monkeypatch, "kubectl", "sys.exit('\\x1b[31m bad \\u202e')")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "kustomization.yaml").write_text("resources: []\n")
    said(capsys, ["check", str(tmp_path / "app")])
