"""Texts after the conversion: the same traffic, and everything else as it was written."""

import json

import pytest
import yaml

from netpol_lab.errors import ManifestError
from netpol_lab.manifests.conversion import convert, is_build, manifests_in, texts_to_convert
from netpol_lab.manifests.text.files import ManifestText, Origin
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.reach.diff import diff
from tests.helpers.older_policies import (
    V1ALPHA1,
    V1ALPHA2,
    V1BETA1,
    admin,
    allow,
    baseline,
    conversion,
    converted_objects,
    converted_text,
    port,
    written,
)
from tests.helpers.places import ROOT
from tests.helpers.written import write
from tests.referee.converted import converted, difference, random_text

CASES = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
OLDER = [file for file in CASES if f"{V1ALPHA1}\n" in file.read_text("utf-8")]
TEXT = """\
# The platform team's.
apiVersion: policy.networking.k8s.io/v1alpha1  # for now
kind: AdminNetworkPolicy
metadata:
  name: guard  # all of us
  labels: {team: "platform"}
spec:
  # early
  priority: 10
  subject:
    namespaces: {}
  ingress:
  # monitoring sees everything
  - name: monitoring
    action: Allow  # not Accept
    from:
    - namespaces: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
    ports:
    - portNumber:  # metrics
        protocol: TCP
        port: 9100
    - portRange: {start: 53, end: 53, protocol: UDP}  # names
  # and nobody else
  - action: Deny
    from: [{namespaces: {}}]
---

# nothing here
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {a: |-
  "# no comment"}
--- # the rest
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: newer}
spec: {tier: Admin, priority: 11, subject: {namespaces: {}}} # as it is
"""
AFTER = (
    TEXT.replace("v1alpha1", "v1beta1")
    .replace("v1alpha2", "v1beta1")
    .replace("kind: AdminNetworkPolicy", "kind: ClusterNetworkPolicy")
    .replace("  # early\n", "  tier: Admin\n  # early\n")
    .replace("action: Allow", "action: Accept")
    .replace("    ports:\n", "    protocols:\n")
    .replace(
        "portNumber:  # metrics\n        protocol: TCP\n        port: 9100\n",
        "tcp:  # metrics\n        destinationPort:\n          number: 9100\n",
    )
    .replace(
        "portRange: {start: 53, end: 53, protocol: UDP}", "udp: {destinationPort: {number: 53}}"
    )
)


def test_only_the_lines_change_that_have_to():
    valid = TEXT.replace('data: {a: |-\n  "# no comment"}\n', "data: {a: '# no comment'}\n")
    after = AFTER.replace('data: {a: |-\n  "# no comment"}\n', "data: {a: '# no comment'}\n")
    found = conversion(valid)
    assert found.texts[0].text == after
    assert not found.lost


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_breaks_stay_what_they_are(ending):
    text = as_yaml(admin(), {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a"}})
    found = converted_text(f"{text}\n".replace("\n", ending))
    assert found.count(ending) == found.count("\n")
    assert len(list(yaml.safe_load_all(found))) == 2


def test_a_text_without_older_policies_stays_letter_for_letter():
    text = "\ufeff# x\r\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\n\n\n---"
    assert converted_text(text) == text


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_json_stays_json_as_it_was_indented(indent):
    text = json.dumps({"kind": "List", "apiVersion": "v1", "items": [admin()]}, indent=indent)
    found = converted_text(text)
    assert json.loads(found)["items"][0]["kind"] == "ClusterNetworkPolicy"
    assert found == json.dumps(json.loads(found), indent=indent)


def test_a_typed_list_becomes_a_list_of_objects_that_say_what_they_are():
    bare = {key: part for key, part in admin().items() if key in ("metadata", "spec")}
    (found,) = converted_objects(
        {"apiVersion": V1ALPHA1, "kind": "AdminNetworkPolicyList", "items": [bare]}
    )
    assert (found["apiVersion"], found["kind"]) == (V1BETA1, "ClusterNetworkPolicy")
    text = converted_text(
        as_yaml({"apiVersion": V1ALPHA2, "kind": "ClusterNetworkPolicyList", "items": []})
    )
    assert "v1alpha2" in text


def test_what_is_within_a_list_keeps_its_comments():
    text = "apiVersion: v1\nkind: List\n# all\nitems:\n# one\n- " + as_yaml(admin()).replace(
        "\n", "\n  "
    )
    found = converted_text(
        f"{text}\n# two\n- {{apiVersion: v1, kind: Namespace, metadata: {{name: a}}}}\n"
    )
    assert [line for line in found.splitlines() if "#" in line] == ["# all", "# one", "# two"]


def test_a_policy_that_is_divided_becomes_several_documents_or_items():
    value = admin(ingress=[allow(port(n)) for n in range(1, 61)])
    for source in (
        as_yaml(value),
        json.dumps(value),
        as_yaml({"apiVersion": "v1", "kind": "List", "items": [value]}),
    ):
        found = converted_objects(yaml.safe_load(source))
        assert [one["metadata"]["name"] for one in found] == ["a", "a-2", "a-3"]
        assert [one["spec"]["priority"] for one in found] == [10, 11, 12]
    text = converted_text(f"# mine\n{as_yaml(value)}\n")
    assert text.startswith("# mine\n")
    assert len(list(yaml.safe_load_all(text))) == 3


def test_a_policy_without_room_for_its_parts_stays_and_that_is_said():
    value = admin(ingress=[allow(port(n)) for n in range(1, 61)])
    found = conversion(value, admin("b", 9), admin("c", 12))
    (policy, *_) = found.policies
    assert not policy.new
    assert "3 priorities in a row" in policy.refused[0]
    assert json.loads(found.texts[0].text) == value


def test_a_name_of_a_host_that_v1beta1_refuses_is_told():
    rule = {"action": "Allow", "to": [{"domainNames": ["_dmarc.example.com"]}]}
    (policy,) = conversion(admin(egress=[rule])).policies
    assert policy.new == ()
    assert policy.refused[0].startswith("spec.egress[0].to[0].domainNames[0]: ")


def test_names_are_told_apart_over_all_files():
    new = written(
        "ClusterNetworkPolicy",
        "a",
        {"tier": "Admin", "priority": 1, "subject": {"namespaces": {}}},
        V1BETA1,
    )
    found = conversion(admin(), new, baseline(), admin("default"))
    assert [place.name for policy in found.policies for place in policy.new] == [
        "a-admin", "default-baseline", "default",
    ]  # fmt: skip


def test_the_same_policy_twice_gets_the_same_name_twice():
    found = converted_objects(admin(), admin(priority=5))
    assert [one["metadata"]["name"] for one in found] == ["a", "a"]


def test_where_a_policy_is_written_is_told():
    (policy, *_) = conversion(as_yaml(admin())).policies
    assert str(policy.place) == "1.yaml:4:3"


def test_an_exercise_and_what_is_no_manifest_stay():
    text = as_yaml({"story": "x", "goal": [], "manifests": as_yaml(admin())})
    assert converted_text(text) == text
    values = ManifestText("values.yaml", "a: {b: 1}\n", Origin.FOUND)
    assert manifests_in(values) == []
    assert convert([values], ()).texts == (values,)


def test_the_files_of_a_folder_are_read_as_they_are(tmp_path):
    write(tmp_path, {"b/a.yaml": as_yaml(admin()), "kustomization.yaml": "resources: [b/a.yaml]\n"})
    found = [*texts_to_convert(str(tmp_path))]
    assert [text.name for text in found] == [
        f"{tmp_path}/kustomization.yaml",
        f"{tmp_path}/b/a.yaml",
    ]
    assert all(text.origin is Origin.FOUND for text in found)
    assert [is_build(text) for text in found] == [True, False]
    assert not is_build(found[0]._replace(origin=Origin.NAMED))


# ---------------------------------------------------------------- the same traffic


# What v1beta1 has no word for: ports that nobody can use, and a place among the Baseline policies
# that is not told.
REFUSED = {"536-anp-ports-that-nobody-can-use-may-be-any"}
SETTLED = {"539-banp-alone-decides-where-no-baseline-policy-matches"}


@pytest.mark.parametrize("file", OLDER, ids=lambda file: file.stem)
def test_every_case_of_v1alpha1_means_the_same_afterwards_or_it_is_told(file):
    case = yaml.safe_load(file.read_text("utf-8"))
    old, new, found = converted(case["manifests"])
    assert found.policies
    assert bool(diff(old, new)) == (file.stem in SETTLED)
    assert any(policy.refused for policy in found.policies) == (file.stem in REFUSED)
    if file.stem not in REFUSED:
        assert {policy.version for policy in new.cluster_policies} == {"v1beta1"}


def test_there_are_cases_of_v1alpha1():
    assert len(OLDER) >= 5


@pytest.mark.parametrize("seed", range(8))
def test_random_policies_mean_the_same_afterwards_to_us_and_to_the_referee(seed):
    assert difference(seed) == ""


@pytest.mark.parametrize("seed", range(1, 12, 2))
def test_whatever_is_not_converted_is_told_with_its_reason(seed):
    found = converted(random_text(seed))[2]
    refused = [words for policy in found.policies for words in policy.refused]
    assert all("priorities in a row" in words for words in refused)


def test_what_would_be_refused_is_refused_before_anything_is_converted():
    with pytest.raises(ManifestError):
        conversion("kind: AdminNetworkPolicy\napiVersion: [")
