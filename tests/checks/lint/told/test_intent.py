"""Comments that answer a note, and those that do not."""

import pytest

from netpol_lab.checks.lint.told.intent import is_for_others
from tests.helpers.linted import codes, context, pod

POLICY = """---
{}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: db, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: db}}}}
  policyTypes: [Egress]
  egress:
{}
"""


def empty_to(beside, above="", head=""):
    """The codes of a policy with an empty list of peers, and comments."""
    above = f"  # {above}\n" if above else ""
    head = f"# {head}" if head else ""
    return codes(POLICY.format(head, f"{above}  - to: []  {beside}"))


@pytest.mark.parametrize(
    "remark",
    [
        "Allow all egress (database, payment providers)",
        "allow outbound traffic to external APIs",
        "open to everybody",
        "to anywhere",
        "unrestricted",
        "this is intentional",
        "Left open on purpose",
    ],
)
def test_a_comment_beside_or_above_that_opens_to_all_answers_the_note(remark):
    assert empty_to("") == ["NP506"]
    assert empty_to(f"# {remark}") == empty_to("", remark) == []


@pytest.mark.parametrize(
    "remark",
    [
        "deny all egress",
        "no egress at all: allow nobody",
        "not intentional",
        "unintentional",
        "allow all pods of this namespace",
        "allow only DNS to the outside",
        "TODO: allow all for now",
        "to: [everybody]",
        "name: allow-all-of-it",
        "the database",
        "",
    ],
)
def test_other_comments_do_not(remark):
    assert empty_to(f"# {remark}") == empty_to("", remark) == ["NP506"]


def test_what_stands_elsewhere_is_not_about_the_rule():
    assert empty_to("", head="allow all egress, on purpose") == ["NP506"]
    rules = "  # allow all egress\n\n  - to: []"
    assert codes(POLICY.format("", rules)) == ["NP506"]


def test_several_lines_of_a_comment_are_one():
    rules = "  # Allow egress\n  # to everybody\n  - to: []"
    assert codes(POLICY.format("", rules)) == []


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("# intentional", []),
        ("# Denies all egress", []),
        ("# no incoming connections", []),
        ("# of the db", ["NP104"]),
        ("# allow only the web", ["NP104"]),
        ("# no incoming connections: TODO", ["NP104"]),
    ],
)
def test_what_is_about_the_whole_policy_may_be_told_above_it(head, found):
    web = "{from: [{podSelector: {matchLabels: {app: web}}}]}"
    text = POLICY.format(head, "").replace("[Egress]", "[Ingress, Egress]")
    assert codes(text.replace("  egress:\n", f"  ingress: [{web}]")) == found


HOST = pod(
    "agent", labels="app: agent", spec="hostNetwork: true, nodeName: n1, containers: [{name: c}]"
)
DENY = """---
# {}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: {}}}}}
"""


@pytest.mark.parametrize(
    "remark",
    [
        "What this does to hostNetwork pods is undefined",
        "host-network pods are not covered",
        "no effect on what is in the host network",
    ],
)
def test_a_comment_on_host_networks_answers_what_policies_mean_for_them(remark):
    assert codes(HOST, DENY.format("all", "p", "agent")) == ["NP108"]
    assert codes(HOST, DENY.format(remark, "p", "agent")) == []
    others = DENY.format(remark, "q", "db")
    assert codes(HOST, DENY.format("all", "p", "agent"), others) == ["NP108"]


def test_no_comment_answers_a_warning_or_an_error():
    to_nowhere = "  # on purpose, to everybody\n  - to:  # intentional\n    - podSelector: {}\n"
    ports = "    ports: [{port: htpp}]  # by design\n"
    assert codes(POLICY.format("# intentional", to_nowhere + ports)) == ["NP304", "NP303"]


def selecting(head, beside=""):
    """The codes of a policy for pods that are not there, with comments."""
    selector = f"podSelector: {{matchLabels: {{load-test: 'yes'}}}}  {beside}"
    text = POLICY.format(head, "  - ports: [{port: 53}, {port: 53, protocol: UDP}]")
    return codes(text.replace("podSelector: {matchLabels: {app: db}}", selector))


@pytest.mark.parametrize(
    ("remark", "found"),
    [
        ("These pods are created at runtime by a job of the pipeline", []),
        ("of the Helm chart of the queue", []),
        ("launched on demand", []),
        ("pods that the controller generates from a template", []),
        ("applies once the tracing stack is deployed", []),
        ("allow load tests", ["NP202"]),
        ("pods created at runtime: TODO", ["NP202"]),
        ("the only ones that may resolve names", ["NP202"]),
    ],
)
def test_a_comment_may_tell_who_makes_the_pods_that_are_not_here(remark, found):
    assert selecting(f"# {remark}") == selecting("", f"# {remark}") == found


def test_a_comment_at_a_peer_may_tell_it_as_well():
    peer = "  - to: [{podSelector: {matchLabels: {app: cache}}}]\n"
    names = "  - ports: [{port: 53}, {port: 53, protocol: UDP}]"
    assert codes(POLICY.format("", f"  # cache\n{peer}{names}")) == ["NP203"]
    assert codes(POLICY.format("", f"  # installed with its own chart\n{peer}{names}")) == []
    assert codes(POLICY.format("# created at runtime", f"{peer}{names}")) == ["NP203"]


HOLES = """  {}
  - to: [{{ipBlock: {{cidr: 0.0.0.0/0, except: [192.168.0.0/16, 172.16.0.0/12]}}}}]
    ports: [{{port: 443}}]
"""
OPEN = "  # {}\n  - {{}}\n"


@pytest.mark.parametrize(
    ("remark", "found"),
    [
        ("# this overlaps with the rule below, for documentation", []),
        ("# the web", ["NP404"]),
        ("# overlaps: fixme", ["NP404"]),
    ],
)
def test_a_comment_may_know_that_what_a_block_excepts_is_let_in_again(remark, found):
    all_of_it = "  - to: [{ipBlock: {cidr: 0.0.0.0/0}}]\n"
    assert codes(POLICY.format("", HOLES.format(remark) + all_of_it)) == found


@pytest.mark.parametrize(
    ("remark", "found"),
    [
        ("Allow all egress traffic, required to get to pods of the API server", []),
        ("unrestricted egress", []),
        ("allow all traffic within the namespace", ["NP505"]),
        ("allow all traffic from the other pods", ["NP505"]),
        ("for the API server", ["NP505"]),
    ],
)
def test_a_comment_may_know_that_an_empty_rule_opens_all_which_is_told_once(remark, found):
    assert codes(POLICY.format("", OPEN.format(remark) + HOLES.format("# the web"))) == found


def test_a_policy_without_a_text_has_no_comments():
    listed = '{"apiVersion": "v1", "kind": "List", "items": [%s]}'
    spec = '{"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": []}]}'
    head = '"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"'
    one = f'{{{head}, "metadata": {{"name": "p", "namespace": "shop"}}, "spec": {spec}}}'
    assert codes(listed % one) == ["NP506"]


@pytest.mark.parametrize(
    ("remark", "found"), [("already allowed by the rule above", []), ("explicitly", ["NP503"])]
)
def test_a_comment_may_know_that_a_rule_says_nothing_new(remark, found):
    web = "podSelector: {matchLabels: {app: web}}"
    rules = f"  - to: [{{podSelector: {{}}}}]\n  - to: [{{{web}}}]  # {remark}\n"
    names = "  - ports: [{port: 53}, {port: 53, protocol: UDP}]\n"
    assert codes(POLICY.format("", rules + names)) == found


# ---------------------------------------------------------------- labels that others set

INGRESS = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec:
  podSelector: {{}}
  ingress:
{}"""


def for_others(rules, original=False):
    seen = context(INGRESS.format(rules))
    (policy,) = seen.cluster.policies
    if original:
        seen.cluster.originals[policy] = INGRESS.format(original)
    return is_for_others(seen, policy, "metrics")


OPT_IN = "namespaceSelector: {matchLabels: {metrics: enabled}}"


@pytest.mark.parametrize(
    "rules",
    [
        f"  # any namespace with the label metrics\n  - from:\n    - {OPT_IN}\n",
        f"  - from:\n    # labelled by users\n    - {OPT_IN}\n",
        f"  - from:\n    - {OPT_IN}  # set this label\n",
        "  - from:\n    - namespaceSelector:\n        matchLabels:\n"
        "          metrics: enabled # Only from namespaces with this label\n",
        f"  # in a separate account;\n  # overlays say more\n  - from:\n    - {OPT_IN}\n",
        f"  # one label for both\n  - from: [{{{OPT_IN}}}]\n  - from: [{{{OPT_IN}}}]\n",
    ],
)
def test_a_comment_at_a_peer_tells_that_others_set_the_label(rules):
    assert for_others(rules)


@pytest.mark.parametrize(
    "rules",
    [
        f"  # from the monitoring\n  - from:\n    - {OPT_IN}\n",
        f"  - from:\n    - {OPT_IN}\n",
        f"  # label web\n  - from: [{{podSelector: {{}}}}]\n  - from: [{{{OPT_IN}}}]\n",
    ],
)
def test_other_comments_do_not_tell_who_sets_a_label(rules):
    assert not for_others(rules)


def test_comments_that_a_build_has_dropped_count():
    rules = f"  - from:\n    - {OPT_IN}\n"
    assert for_others(rules, f"  # by label\n{rules}")
    assert not for_others(f"  # by label\n{rules}", rules)
