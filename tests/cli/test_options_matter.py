"""No option is passed over without a word: in every format it changes what is printed.

Where an option cannot matter it is refused; the input is such that every other one does.
"""

import pytest

from netpol_lab.cli.main import main
from netpol_lab.cli.reports.formats import FORMATS
from tests.helpers.written import write

PODS = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: mon, labels: {app: agent}}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Pod
metadata: {name: lost, labels: {app: lost}}
"""
POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - {from: [{podSelector: {}}], ports: [{port: 5432}, {port: 80}]}
  - {from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 5432}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody}
spec: {podSelector: {matchLabels: {app: lose}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {}}]}]
"""
OPTIONS = {
    "--by workload": ["--by", "workload"],
    "--by namespace": ["--by", "namespace"],
    "--port": ["--port", "443"],
    "--port of another protocol": ["--port", "5432/UDP"],
    "--from": ["--from", "shop/web-0"],
    "--to": ["--to", "shop/db"],
    "--assume": ["--assume", "enforced=false"],
    "--namespace": ["--namespace", "elsewhere"],
}
ONLY_DRAWN = ("--port", "--port of another protocol", "--assume", "--namespace")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    texts = {
        "old.yaml": PODS,
        "new.yaml": PODS + POLICY,
        "pods.yaml": PODS,
        "policy.yaml": POLICY,
        "unknown.yaml": f"{PODS}{POLICY}  unknown: true\n",
    }
    return write(tmp_path_factory.mktemp("files"), texts)


COMMANDS = {
    "reach": ("reach", "new.yaml"),
    "diff": ("diff", "old.yaml", "new.yaml"),
    "draw": ("draw", "new.yaml"),
    "lint": ("lint", "new.yaml"),
}
TAKEN = {
    "reach": tuple(OPTIONS),
    "diff": tuple(OPTIONS),
    "draw": ONLY_DRAWN,
    "lint": ("--assume", "--namespace"),
}
CASES = [
    (command, option, format)
    for command, options in TAKEN.items()
    for option in options
    for format in FORMATS
]


def written(files, *words):
    """What a command prints, or writes as a picture; with its exit status."""
    out = files / "out"
    out.unlink(missing_ok=True)
    status = main([*words, "--out", str(out)])
    return status, out.read_bytes() if out.exists() else b""


@pytest.mark.parametrize(("command", "option", "format"), CASES)
def test_an_option_changes_what_is_written(files, monkeypatch, command, option, format):
    monkeypatch.chdir(files)
    words = (*COMMANDS[command], "-o", format)
    without, with_it = written(files, *words), written(files, *words, *OPTIONS[option])
    assert without[0] in (0, 1)
    assert with_it[0] in (0, 1)
    assert without[1] != with_it[1]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("command", ["reach", "draw", "lint"])
def test_lenient_reads_what_is_refused_otherwise(files, monkeypatch, command, format):
    monkeypatch.chdir(files)
    words = (command, "unknown.yaml", "-o", format)
    assert written(files, *words)[0] == 2
    assert written(files, *words, "--lenient")[0] in (0, 1)


@pytest.mark.parametrize("format", FORMATS)
def test_what_belongs_to_both_sides_is_read_for_both(files, monkeypatch, format):
    monkeypatch.chdir(files)
    words = ("diff", "pods.yaml", "policy.yaml", "-o", format)
    assert written(files, *words)[0] == 2
    assert written(files, *words, "--with", "pods.yaml")[0] == 1


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("end", ["--from", "--to"])
def test_an_end_that_is_nowhere_is_refused(files, monkeypatch, capsys, format, end):
    monkeypatch.chdir(files)
    for command in ("reach", "diff"):
        assert written(files, *COMMANDS[command], "-o", format, end, "nope")[0] == 2
        assert 'no pod, workload or Service "nope"' in capsys.readouterr().err
