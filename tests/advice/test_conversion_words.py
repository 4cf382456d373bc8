"""What is said of a conversion, policy by policy."""

from netpol_lab.advice.conversion_words import lost_comments, policy_lines, what_to_do
from netpol_lab.manifests.writer import as_yaml
from tests.helpers.older_policies import admin, allow, baseline, conversion, port, written

NEWER = written(
    "ClusterNetworkPolicy",
    "c",
    {"tier": "Admin", "priority": 3, "subject": {"namespaces": {}}},
    "policy.networking.k8s.io/v1alpha2",
)


def said(*objects):
    return [line for policy in conversion(*objects).policies for line in policy_lines(policy)]


def to_do(*objects):
    return "\n".join(what_to_do(conversion(*objects).policies))


def test_a_policy_is_told_with_its_place_its_tier_and_its_priority():
    (line,) = said(as_yaml(admin()))
    assert line.startswith(
        "converted: AdminNetworkPolicy a (1.yaml:4:3) to ClusterNetworkPolicy a "
    )
    assert line.endswith("in tier Admin, priority 10")


def test_a_baseline_is_told_which_priority_it_got():
    assert said(baseline())[1] == "  it had no priority; 1000 leaves room for others before it"
    spec = {**NEWER["spec"], "tier": "Baseline"}
    beside = said(baseline(), {**NEWER, "spec": spec})
    assert any(
        "0 puts it before the others of tier Baseline, which nothing" in one for one in beside
    )


def test_a_policy_that_is_divided_names_all_its_objects():
    lines = said(admin(ingress=[allow(name=str(n)) for n in range(30)]))
    assert lines[0].endswith("to ClusterNetworkPolicy a, a-2 in tier Admin, priorities 10, 11")
    assert lines[1] == "  it has more rules than one object may have, so they are divided among 2"


def test_nothing_is_to_be_deleted_where_an_object_only_changes_its_version():
    found = to_do(NEWER)
    assert "v0.3.0" in found
    assert "kubectl delete" not in found
    assert "OVN" not in found


def test_nothing_is_to_be_done_where_nothing_is_converted():
    assert to_do({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}) == ""


def test_comments_that_could_not_stay_are_told():
    text = as_yaml(admin()).replace("name: a", "name: a\n  uid: x  # of the old one")
    (line,) = lost_comments(conversion(text))
    assert line.endswith(": # of the old one")


def test_what_manifests_hold_is_shown_harmless():
    lines = said(admin(ingress=[allow(port(80, "T\u202eCP"))]))
    assert r'  spec.ingress[0]: the protocol "T\u202eCP" is none of TCP' in lines[1]
