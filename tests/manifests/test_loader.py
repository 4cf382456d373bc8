"""The door: defaults, complaints, and what is taken in."""

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.text.sources import SCENARIOS
from tests.helpers.broken_texts import first_surprise
from tests.helpers.loaded import HEAD, complaints


def policy(spec):
    return load(f"{HEAD}spec: {spec}\n").policies[0]


def test_metadata_of_pods_is_checked_too():
    assert complaints("apiVersion: v1\nkind: Pod\nmetadata: {name: Foo Bar}")
    assert complaints("apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {a b: c}}")
    twice = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {a: b}, labels: {}}"
    assert complaints(twice)[0].reason is Reason.DUPLICATE
    old = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, clusterName: '', initializers: null}"
    assert len(load(old).pods) == 1


@pytest.mark.parametrize("cidr", ["00001::/16", "10.0.0.0/\u0668"])
def test_odd_cidrs_are_complaints(cidr):
    rule = f"{{ingress: [{{from: [{{ipBlock: {{cidr: '{cidr}'}}}}]}}]}}"
    assert complaints(f"{HEAD}spec: {rule}")[0].reason is Reason.INVALID


def test_a_long_value_is_not_repeated_in_full():
    rules = ", ".join(["{ports: *a}"] * 500)
    text = f"{HEAD}x: &a {'y' * 50_000}\nspec: {{ingress: [{rules}]}}"
    assert len(str(ManifestError(complaints(text)))) < 1_000_000


def test_json_and_yaml_mean_the_same():
    documents = list(yaml.safe_load_all((SCENARIOS / "three-tier.yaml").open()))
    text = __import__("json").dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    assert load(text).pods == load("three-tier").pods
    assert load(text).policies == load("three-tier").policies


# ---------------------------------------------------------------- the lenient view


def test_a_lenient_reader_keeps_a_list_of_what_it_dropped():
    text = f"{HEAD}spec: {{podSelectr: {{}}, ingress: [{{}}], ingress: []}}"
    with pytest.raises(ManifestError):
        load(text)
    found = load(text, strict=False)
    assert [(c.path, c.reason) for c in found.dropped] == [
        ("spec.podSelectr", Reason.UNKNOWN),
        ("spec.ingress", Reason.DUPLICATE),
    ]
    assert found.policies[0].ingress == ()
    assert load(HEAD).dropped == ()


def test_a_lenient_reader_still_refuses_what_the_api_refuses():
    with pytest.raises(ManifestError, match="must specify a peer"):
        load(f"{HEAD}spec: {{ingress: [{{from: [{{podSelector: null, matchLabels: {{}}}}]}}]}}",
             strict=False)  # fmt: skip


def test_a_lenient_reader_still_refuses_a_wrong_type():
    with pytest.raises(ManifestError, match="policyTypes"):
        load(f"{HEAD}spec: {{podSelector: {{}}, policyTypes: Ingress}}", strict=False)


def allowed(cluster, source, destination):
    return lab.evaluate(cluster, source, destination, port=5432).allowed


def test_two_policies_run_together_close_db_even_to_backend(case_directory):
    case = yaml.safe_load((case_directory / "invalid/188-two-policies-run-together.yaml").open())
    pods = lab.load("three-tier").with_policies([])
    kept = load(case["manifest"], strict=False)
    shop = pods.with_policies(kept.policies)
    assert [str(policy) for policy in kept.policies] == ["shop/db-access-ingress"]
    assert allowed(shop, "backend", "db") is False
    assert allowed(shop, "web", "backend") is True


def test_labels_beside_the_selector_of_a_peer_leave_nothing_to_admit(case_directory):
    """As printed, the second seed is refused even so: its peer has lost its only labels."""
    case = yaml.safe_load((case_directory / "invalid/189-labels-beside-the-selectors.yaml").open())
    with pytest.raises(ManifestError, match=r"from\[0\]\n  Required value: must specify a peer"):
        load(case["manifest"], strict=False)


def test_labels_beside_an_empty_pod_selector_cut_web_off_from_all_but_backend():
    """The subject's half of the second seed: null selects every pod of the namespace."""
    text = f"""{HEAD}spec:
  podSelector:
  matchLabels: {{role: db}}
  ingress:
  - from:
    - podSelector: {{matchLabels: {{role: backend}}}}
"""
    pods = lab.load("three-tier").with_policies([])
    shop = pods.with_policies(load(text, strict=False).policies)
    assert [p for p in ("web", "db") if allowed(shop, "backend", p)] == ["web", "db"]
    assert allowed(shop, "db", "web") is False
    assert allowed(shop, "web", "db") is False
    assert allowed(shop, "203.0.113.7", "web") is False


# ---------------------------------------------------------------- broken texts


@pytest.mark.parametrize("seed", range(4))
def test_any_broken_text_is_taken_or_complained_about(seed):
    assert first_surprise(500, seed) is None


# ---------------------------------------------------------------- complaints

THREE_MISTAKES = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
  matchLabels:
    role: db
  ingres:
  - from: []
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: Web}
spec:
  ingress:
  - ports:
    - port: 95000
"""


def test_all_complaints_come_at_once_with_their_places():
    found = complaints(THREE_MISTAKES)
    assert [(c.document, c.line, c.column, c.path, c.reason) for c in found] == [
        (2, 14, 3, "spec.ingres", Reason.UNKNOWN),
        (2, 12, 3, "spec.matchLabels", Reason.UNKNOWN),
        (3, 19, 18, "metadata.name", Reason.INVALID),
        (3, 23, 13, "spec.ingress[0].ports[0].port", Reason.INVALID),
    ]
    assert found[0].object == "NetworkPolicy shop/db"
    assert found[0].hint == "did you mean ingress?"
    assert found[0].excerpt == "  ingres:"


def test_a_broken_document_and_a_wrong_one_are_both_told():
    found = complaints("a: [\n---\n" + THREE_MISTAKES)
    assert found[0].reason is Reason.SYNTAX
    assert len(found) == 5


@pytest.mark.parametrize(
    "text",
    ["just words: [1", "[1, 2]", "x: 1", "kind: [1]\napiVersion: {}", "- a\n- b", '"text"\n'],
)
def test_what_is_no_object_is_refused_in_words(text):
    assert complaints(text)


def test_pods_with_impossible_addresses_and_ports_are_refused():
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        "spec: {containers: [{ports: [{containerPort: 0, protocol: tcp}]}]}\n"
        "status: {podIP: 10.0.0.300}"
    )
    assert [c.path for c in complaints(pod)] == [
        "status.podIP",
        "spec.containers[0].ports[0].containerPort",
        "spec.containers[0].ports[0].protocol",
    ]
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
        "spec: {clusterIP: x, ports: [{port: 0, protocol: tcp}]}"
    )
    assert [c.path for c in complaints(service)] == [
        "spec.ports[0].port",
        "spec.ports[0].protocol",
        "spec.ports[0].targetPort",
        "spec.clusterIPs[0]",
    ]


def test_every_complaint_of_the_invalid_cases_points_at_a_token(case_directory):
    for file in sorted((case_directory / "invalid").glob("*.yaml")):
        manifest = yaml.safe_load(file.read_text(encoding="utf-8"))["manifest"]
        try:
            load(manifest)
        except ManifestError as error:
            lines = manifest.splitlines()
            for found in error.complaints:
                assert lines[found.line - 1][found.column - 1 :].strip(), (file, found)


def test_prose_is_told_how_an_object_begins():
    (found,) = complaints("I do not know\n")
    assert "apiVersion: v1" in found.hint


def test_a_merge_behind_a_label_replaces_it():
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata: {name: p, labels: &l {role: web}}\n"
        "spec:\n  podSelector:\n    matchLabels:\n      role: db\n      <<: *l\n"
    )
    (requirement,) = load(text).policies[0].pod_selector.requirements
    assert requirement.values == ("web",)


def test_a_missing_kind_is_told_as_by_kubectls_reader_if_nothing_is_validated():
    with pytest.raises(ManifestError) as error:
        load("metadata: {name: p}\napiVersion: v1\nspec: {}\n", strict=False)
    (complaint,) = error.value.complaints
    written = '{"apiVersion":"v1","metadata":{"name":"p"},"spec":{}}'
    assert complaint.message == f"Object 'Kind' is missing in '{written}'"


def test_a_port_written_as_a_float_is_its_whole_number():
    head = (
        '"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}'
    )
    text = f'{{{head}, "spec": {{"ingress": [{{"ports": [{{"port": 80.0}}]}}]}}}}'
    for written in (text, f"# as YAML\n{text}"):
        assert load(written).policies[0].ingress[0].ports[0].port == 80
