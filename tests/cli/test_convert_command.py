"""The command convert: what is written where, what is said, and with which exit status."""

import io
import json

import pytest
import yaml

from netpol_lab.cli.convert_command import CONVERT
from netpol_lab.cli.main import main
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.writer import as_yaml
from tests.helpers.older_policies import V1BETA1, admin, allow, baseline, port, span, written
from tests.helpers.shown_examples import examples_in
from tests.helpers.written import write

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
"""
DENY = admin("guard", ingress=[allow(port(80)), allow(action="Deny")])
RANGE = admin("odd", ingress=[allow(span(90, 80))])


def run(capsys, *words, status=0):
    assert main(["convert", *map(str, words)]) == status
    found = capsys.readouterr()
    assert "Traceback" not in found.err
    return found


@pytest.fixture
def folder(tmp_path):
    files = {
        "pods.yaml": PODS,
        "policies/guard.yaml": f"# mine\n{as_yaml(DENY)}\n",
        "policies/below/default.json": json.dumps(baseline(ingress=[allow(action="Deny")])),
        "policies/below/names.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
        "policies/values.yaml": "a: {b: c}\n",
        "odd.yaml": as_yaml(RANGE),
    }
    return write(tmp_path, files)


# ---------------------------------------------------------------- where it goes


def test_one_file_goes_to_standard_output_and_all_words_to_standard_error(capsys, folder):
    found = run(capsys, folder / "policies/guard.yaml", "--with", folder / "pods.yaml")
    assert found.out.startswith("# mine\napiVersion: policy.networking.k8s.io/v1beta1\n")
    assert load(found.out).cluster_policies[0].version == "v1beta1"
    assert "converted: AdminNetworkPolicy guard" in found.err
    assert "same traffic before and after: 2 pods and all addresses outside" in found.err


def test_a_folder_goes_to_standard_output_as_one_text(capsys, folder):
    found = run(capsys, folder / "policies", status=1)
    kinds = [value["kind"] for value in yaml.safe_load_all(found.out)]
    assert sorted(kinds) == ["ClusterNetworkPolicy", "ClusterNetworkPolicy", "Namespace"]


def test_a_folder_becomes_a_folder_with_the_same_files(capsys, folder):
    out = folder / "out"
    assert not run(capsys, folder / "policies", "-o", out, "--with", folder / "pods.yaml").out
    files = sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file())
    assert files == ["below/default.json", "below/names.yaml", "guard.yaml"]
    assert json.loads((out / "below/default.json").read_text())["apiVersion"] == V1BETA1
    names = (folder / "policies/below/names.yaml").read_bytes()
    assert (out / "below/names.yaml").read_bytes() == names


def test_a_name_that_ends_like_a_file_of_manifests_is_a_file(capsys, folder):
    out = folder / "new" / "all.yaml"
    run(capsys, folder / "policies", folder / "pods.yaml", "-o", out)
    assert len(list(yaml.safe_load_all(out.read_text("utf-8")))) == 5


def test_standard_input_is_read_and_written(capsys, monkeypatch):
    text = f"{PODS}---\n{as_yaml(DENY)}\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    out = run(capsys, "-").out
    assert out.startswith(PODS)
    assert len(load(out).pods) == 2


def test_two_files_that_would_become_one_are_refused(capsys, folder):
    write(folder, {"x/guard.yaml": as_yaml(admin("b"))})
    words = (folder / "policies", folder / "x", "-o", folder / "out")
    assert "would both become" in run(capsys, *words, status=2).err
    assert not (folder / "out").exists()


@pytest.mark.parametrize("out", ["policies", "policies/guard.yaml", "pods.yaml"])
def test_no_input_is_written_over(capsys, folder, out):
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    words = (folder / "policies", "--with", folder / "pods.yaml", "-o", folder / out)
    assert "is one of the inputs" in run(capsys, *words, status=2).err
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_a_file_that_cannot_be_written_is_told(capsys, folder):
    (folder / "plain").write_text("")
    words = (folder / "policies/guard.yaml", "-o", folder / "plain/x/all.yaml")
    assert "cannot be" in run(capsys, *words, status=2).err


def test_characters_that_a_terminal_obeys_are_kept_in_a_file_and_not_printed(capsys, folder):
    value = admin("guard", ingress=[allow(name="a\u202eb")])
    file = (
        write(folder, {"odd-name.yaml": as_yaml(value).replace('"a\\u202Eb"', "a\u202eb")})
        / "odd-name.yaml"
    )
    assert "\u202e" in file.read_text("utf-8")
    assert "write them to a file with -o FILE" in run(capsys, file, status=2).err
    run(capsys, file, "-o", folder / "out.yaml", status=1)
    (found,) = yaml.safe_load_all((folder / "out.yaml").read_text("utf-8"))
    assert found["spec"]["ingress"][0]["name"] == "a\u202eb"


# ---------------------------------------------------------------- what is said


def test_nothing_to_convert_is_told_and_the_text_is_passed_on(capsys, folder):
    found = run(capsys, folder / "pods.yaml")
    assert found.out == PODS
    assert "no cluster-wide policy of an older version: nothing is converted" in found.err
    assert found.err.endswith("the manifests are written as they are\n")


@pytest.mark.parametrize("out", ["copies/", "copy.yaml"])
def test_where_nothing_is_converted_what_is_written_is_called_a_copy(capsys, folder, out):
    found = run(capsys, folder / "pods.yaml", "-o", folder / out)
    assert f"the manifests are written to {folder / out} as they are\n" in found.err


def test_without_pods_nothing_is_proven_and_that_is_told_once_and_by_the_status(capsys, folder):
    found = run(capsys, folder / "policies/guard.yaml", status=1)
    assert load(found.out).cluster_policies[0].version == "v1beta1"
    assert "nothing is compared, as there are no pods among the manifests" in found.err
    assert found.err.count("no pods") == 1
    assert "same traffic" not in found.err


def test_without_pods_nothing_to_convert_is_no_fault(capsys, folder):
    found = run(capsys, folder / "policies/below/names.yaml")
    assert "no pods" not in found.err


def test_what_is_left_to_do_is_told(capsys, folder):
    said = run(capsys, folder / "policies", status=1).err
    assert "network-policy-api v0.3.0 or later" in said
    assert "OVN-Kubernetes acts on AdminNetworkPolicy and BaselineAdminNetworkPolicy only" in said
    assert "  kubectl delete adminnetworkpolicy guard\n" in said
    assert "  kubectl delete baselineadminnetworkpolicy default\n" in said


def test_what_cannot_be_carried_over_stops_it(capsys, folder):
    words = (folder / "odd.yaml", "--with", folder / "pods.yaml", "-o", folder / "out.yaml")
    said = run(capsys, *words, status=1).err
    assert "not converted: AdminNetworkPolicy odd" in said
    assert "the range from 90 to 80 ends before it starts" in said
    assert "nothing is written" in said
    assert not (folder / "out.yaml").exists()


def test_anyway_writes_the_rest_and_leaves_that_one_as_it_is(capsys, folder):
    words = (folder / "odd.yaml", folder / "policies/guard.yaml", "--anyway")
    out = run(capsys, *words, status=1).out
    kinds = [value["kind"] for value in yaml.safe_load_all(out)]
    assert kinds == ["AdminNetworkPolicy", "ClusterNetworkPolicy"]


def test_traffic_that_would_differ_is_shown_and_nothing_is_written(capsys, folder, monkeypatch):
    from netpol_lab.manifests.cluster_wide import convert

    monkeypatch.setitem(convert._ACTIONS, "Allow", "Deny")
    words = (folder / "policies/guard.yaml", "--with", folder / "pods.yaml")
    found = run(capsys, *words, status=1)
    assert not found.out
    assert "the traffic differs" in found.err
    assert "- shop/web -> shop/db  TCP 80" in found.err
    assert run(capsys, *words, "--anyway", status=1).out


def test_equal_priorities_are_told(capsys, folder):
    write(folder, {"other.yaml": as_yaml(admin("other", ingress=[allow(action="Deny")]))})
    said = run(capsys, folder / "policies/guard.yaml", folder / "other.yaml", status=1).err
    assert "guard, other share priority 10 of tier Admin" in said


def test_an_object_that_is_there_already_counts_for_names(capsys, folder):
    spec = {"tier": "Admin", "priority": 1, "subject": {"namespaces": {}}}
    new = written("ClusterNetworkPolicy", "guard", spec, V1BETA1)
    write(folder, {"new.yaml": as_yaml(new)})
    found = run(capsys, folder / "policies/guard.yaml", "--with", folder / "new.yaml", status=1)
    assert "name: guard-admin\n" in found.out
    assert "a ClusterNetworkPolicy guard is there already" in found.err


def test_a_kustomization_is_not_built_and_what_it_names_is_told(capsys, folder):
    text = "resources: [guard.yaml]\npatches: [{target: {kind: AdminNetworkPolicy}}]\n"
    write(folder, {"policies/kustomization.yaml": text})
    found = run(capsys, folder / "policies", "-o", folder / "out", status=1)
    assert "nothing is built, its files are converted as they are" in found.err
    assert "it names AdminNetworkPolicy, which you have to change" in found.err
    assert (folder / "out/kustomization.yaml").read_text("utf-8") == text
    assert "resources:" not in run(capsys, folder / "policies", status=1).out


NAMED = as_yaml(admin("named", ingress=[allow({"namedPort": "web"})]))


def test_a_named_port_is_converted_for_the_experimental_channel_and_that_is_told(capsys, folder):
    write(folder, {"named.yaml": NAMED})
    words = (folder / "named.yaml", "--with", folder / "pods.yaml")
    found = run(capsys, *words, "--channel", "experimental")
    assert "destinationNamedPort: web" in found.out
    assert "Its experimental channel, for destinationNamedPort" in found.err
    assert "--channel experimental" in run(capsys, *words, status=2).err


def definition(kind, channel):
    meta = {"name": kind.lower(), "annotations": {"policy.networking.k8s.io/channel": channel}}
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    spec = {"group": "policy.networking.k8s.io", "names": {"kind": kind}}
    return {**head, "metadata": meta, "spec": spec}


@pytest.mark.parametrize("option", [["--with"], []], ids=["beside", "among them"])
def test_a_cluster_that_knows_no_named_ports_gets_none(capsys, folder, option):
    crds = [
        definition("AdminNetworkPolicy", "experimental"),
        definition("ClusterNetworkPolicy", "standard"),
    ]
    write(folder, {"named.yaml": NAMED, "crds.yaml": as_yaml(*crds)})
    said = run(capsys, folder / "named.yaml", *option, folder / "crds.yaml", status=1).err
    assert "only the experimental channel has destinationNamedPort; the definition of" in said
    assert "to write the rest all the same, add --anyway" in said


def test_a_field_that_a_lenient_server_drops_gets_no_meaning_by_the_conversion(capsys, folder):
    rule = {**allow(action="Deny"), "protocols": [{"tcp": {"destinationPort": {"number": 1}}}]}
    write(folder, {"old.yaml": as_yaml(admin("old", ingress=[rule]))})
    found = run(capsys, folder / "old.yaml", "--with", folder / "pods.yaml", "--lenient")
    assert "protocols" not in found.out
    assert "same traffic" in found.err


# ---------------------------------------------------------------- hostile input


HEAD = "kind: AdminNetworkPolicy\napiVersion: policy.networking.k8s.io/v1alpha1\n"
BOMB = [f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdef", "bcdefg", strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        f"{HEAD}metadata: 5\nspec: []\n",
        f"{HEAD}metadata: {{name: a}}\nspec: {{ingress: [null]}}\n",
        "kind: List\napiVersion: v1\nitems: 5\n",
        "kind: List\napiVersion: v1\nitems: [null, 5, [], {kind: 5}]\n",
        "a: &a [*a]\n",
        "a: [" * 300,
        "\x00",
        "kind: List\nitems: &a [*a]",
        "\n".join(["a: &a [x,x,x]", *BOMB]),
        '{"kind": "List", "items": [{"kind": "AdminNetworkPolicy"',
    ],
    ids=range(11),
)
def test_hostile_input_gives_a_message(capsys, folder, text):
    write(folder, {"x.yaml": text})
    status = main(["convert", str(folder / "x.yaml")])
    found = capsys.readouterr()
    assert status in (1, 2)
    assert found.err
    assert not found.out
    assert "Traceback" not in found.err


def test_no_such_path_is_told(capsys):
    assert "is neither a file" in run(capsys, "nowhere/", status=2).err


def test_standard_input_is_read_once(capsys):
    assert "only once" in run(capsys, "-", "--with", "-", status=2).err


def test_help_shows_examples_of_itself():
    shown = examples_in(CONVERT.description)
    assert len(shown) == 3
    assert all("convert" in words for words in shown)
