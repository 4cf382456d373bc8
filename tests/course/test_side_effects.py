"""What an attempt opens or closes beside the goals of an exercise."""

from ipaddress import ip_address

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.course.exercise_loader import exercises, read_exercise
from netpol_lab.course.grading import Grader
from netpol_lab.course.side_effects import spoken
from netpol_lab.errors import ManifestError
from netpol_lab.model.addresses import AddressRange
from tests.helpers.exercises import GOOD, UNGUARDED

POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: more, namespace: bank}}
spec:
  podSelector: {{matchLabels: {{app: {app}}}}}
  {rules}
"""


def found(text, app="safe", rules="ingress: []"):
    exercise = read_exercise(text, "safe.yaml")
    attempt = lab.load(POLICY.format(app=app, rules=rules)).policies
    cluster = exercise.attempted(
        exercise.answer.with_policies([*exercise.answer.policies, *attempt])
    )
    effects = Grader(exercise).side_effects(lab.reachability(cluster))
    return [(str(goal), goal.allowed, goal.path) for goal in effects]


INTO, REST = ("nothing_else_into",), ("otherwise",)
SSH = "ingress: [{ports: [{port: 22}]}]"


def test_another_port_of_a_guarded_pod_must_stay_closed():
    assert found(GOOD, rules=SSH) == [("203.0.113.7 -> bank/safe on TCP 22", False, INTO)]


def test_where_no_pod_is_named_only_the_goals_count():
    assert found(UNGUARDED, rules=SSH) == []


def test_other_pods_keep_every_port():
    only_80 = "ingress: [{ports: [{port: 80}]}]"
    assert found(GOOD, app="clerk", rules=only_80) == [
        ("bank/safe -> bank/clerk on TCP 22", True, REST),
        ("203.0.113.7 -> bank/clerk on TCP 22", True, REST),
    ]
    assert found(GOOD.replace("otherwise: unchanged\n", ""), app="clerk", rules=only_80) == []


def test_other_addresses_of_a_guarded_pod_must_stay_closed():
    few = "ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]"
    assert found(GOOD, rules=few) == [("192.0.2.7 -> bank/safe on TCP 22", False, INTO)]


def test_what_leaves_a_guarded_pod_is_judged_as_well():
    text = UNGUARDED.replace("otherwise: unchanged\n", "nothing_else_from: [safe]\n")
    text = text.replace("    ingress:", "    policyTypes: [Ingress, Egress]\n    ingress:")
    names = "policyTypes: [Egress]\n  egress: [{ports: [{port: 53, protocol: UDP}]}]"
    assert {(said, path) for said, _, path in found(text, rules=names)} == {
        ("bank/safe -> bank/clerk on UDP 53", ("nothing_else_from",)),
        ("bank/safe -> 203.0.113.7 on UDP 53", ("nothing_else_from",)),
    }


def test_an_attempt_that_speaks_of_ipv6_alone_is_judged_there_as_well():
    few = 'ingress: [{from: [{ipBlock: {cidr: "2001:db8::/32"}}]}]'
    assert found(GOOD, rules=few) == [("2001:db8::7 -> bank/safe on TCP 22", False, INTO)]


def test_a_pod_that_has_no_address_of_ipv6_cannot_be_reached_by_it():
    few = 'ingress: [{from: [{ipBlock: {cidr: "2001:db8::/32"}}]}]'
    guarded = "labels: {app: safe}}\n"
    with_address = GOOD.replace(guarded, f"{guarded}  status: {{podIP: {{address}}}}\n")
    assert found(with_address.replace("{address}", "10.0.0.1"), rules=few) == []
    assert found(with_address.replace("{address}", "'fd00::1'"), rules=few) != []


def with_ssh(answer, way):
    """The policies of an answer, each once more with a rule for another port."""
    for policy in yaml.safe_load_all(answer):
        if policy["kind"] == "ClusterNetworkPolicy":
            ssh = {"tcp": {"destinationPort": {"number": 22}}}
            anywhere = {"action": "Accept", "to": [{"networks": ["0.0.0.0/0"]}], "protocols": [ssh]}
            policy["metadata"]["name"] += "-ssh"
            yield {**policy, "spec": policy["spec"] | {"priority": 0, "egress": [anywhere]}}
            continue
        subjects = {"podSelector": policy["spec"]["podSelector"]}
        rules = {"policyTypes": [way], way.lower(): [{"ports": [{"port": 22}]}]}
        policy["metadata"]["name"] += "-ssh"
        yield {**policy, "spec": subjects | rules}


@pytest.mark.parametrize("name", exercises())
def test_every_exercise_of_the_course_guards_the_pods_of_its_story(name):
    task = lab.exercise(name)
    more = with_ssh(task.file.answer, "Egress" if name == "only-out" else "Ingress")
    assert task.check(task.file.answer).solved
    feedback = task.check(f"{task.file.answer}\n---\n{yaml.safe_dump_all(more)}")
    assert not feedback.solved
    assert "Nothing else " in feedback.text or task.file.otherwise == "exact"


def test_what_the_answer_lets_in_must_stay_open_on_the_ports_of_the_goal():
    block = "      - ipBlock: {cidr: 203.0.113.0/24}\n"
    goal = "- {from: internet, to: bank/safe, allowed: "
    exercise = read_exercise(GOOD.replace(f"{goal}false", f"{goal}true") + block, "safe.yaml")
    half = exercise.file.answer.replace("113.0/24", "113.0/25")
    effects = Grader(exercise).side_effects(lab.reachability(exercise.attempted(lab.load(half))))
    assert [(str(goal), goal.allowed) for goal in effects] == [
        ("203.0.113.128 -> bank/safe on TCP 80", True)
    ]


def test_what_the_answer_lets_in_may_be_closed_on_other_ports():
    exercise = read_exercise(GOOD, "safe.yaml")
    attempt = lab.load(exercise.file.answer + "    ports: [{port: 80}]\n")
    assert Grader(exercise).solves(exercise.attempted(attempt))


def test_a_connection_that_becomes_undefined_is_not_as_wanted_either():
    answer = "      ports: [{port: 80}]\n"
    block = "ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 22}]}]"
    assert [said for said, _, _ in found(GOOD + answer, rules=block)] == [
        "bank/clerk -> bank/safe on TCP 22",  # its address is not known
        "192.0.2.7 -> bank/safe on TCP 22",
    ]
    few = "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]"
    assert found(GOOD, app="clerk", rules=few)[0] == (
        "bank/safe -> bank/clerk on TCP 22", True, REST,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]", None),
        (SSH, "203.0.113.7 -> bank/safe on TCP 22"),
    ],
)
def test_exactly_means_every_port_and_every_address(rules, words):
    exact = GOOD.replace("unchanged", "exact").replace("nothing_else_into: [safe]\n", "")
    assert [said for said, _, path in found(exact, rules=rules) if path == REST] == [
        *([words] if words else [])
    ]


def test_exactly_keeps_open_what_the_answer_lets_in_on_other_ports():
    exercise = read_exercise(GOOD.replace("otherwise: unchanged", "otherwise: exact"), "safe.yaml")
    attempt = lab.load(exercise.file.answer + "    ports: [{port: 80}]\n")
    assert not Grader(exercise).solves(exercise.attempted(attempt))
    assert Grader(exercise).solves(exercise.answered)


M = "  - name: pods are not the internet\n    action: Pass\n    to:\n    - namespaces: {}\n"


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (M, ""),
        (M, M.replace("namespaces: {}", "namespaces: {matchLabels: {team: shop}}")),
        (M, f"{M}    protocols: [{{tcp: {{destinationPort: {{number: 443}}}}}}]\n"),
        ("Pass", "Accept"),
        ("tier: Admin", "tier: Baseline"),
        (
            "      matchExpressions:\n      - {key: team, operator: Exists}\n",
            "      matchLabels: {}\n",
        ),
        ("0.0.0.0/0", "198.51.100.20/32"),
    ],
)
def test_who_closes_the_internet_and_more_or_less_has_not_solved_it(part, instead):
    task = lab.exercise("no-way-out")
    assert part in task.file.answer
    assert task.check(task.file.answer).solved
    assert not task.check(task.file.answer.replace(part, instead)).solved


def test_without_common_ports_the_rest_is_judged_as_a_whole():
    text = GOOD.replace("port: 80\n", "").replace("allowed:", "port: 80, allowed:")
    assert found(text, app="clerk", rules="ingress: []")[0] == (
        "bank/safe -> bank/clerk on TCP 22",
        True,
        REST,
    )
    grader = Grader(read_exercise(text, "safe.yaml"))
    assert {goal.path[0] for goal in grader.goals} == {"goal"}
    assert grader.solves(grader.exercise.answered)


def test_an_address_short_of_the_agencys_block_does_not_pass():
    task = lab.exercise("the-right-door")
    few = task.file.answer.replace("198.51.100.0/24", "198.51.100.127/32").partition("except:")[0]
    assert not task.check(few).solved


@pytest.mark.parametrize(("name", "words"), [("nobody", "nobody"), ("203.0.113.7", "is no pod")])
def test_a_name_that_means_no_pod_is_refused(name, words):
    with pytest.raises(ManifestError, match=words):
        read_exercise(GOOD.replace("into: [safe]", f"into: [{name}]"), "safe.yaml")


@pytest.mark.parametrize(
    ("first", "last", "address"),
    [
        ("0.0.0.0", "255.255.255.255", "203.0.113.7"),
        ("198.0.0.0", "199.0.0.0", "198.51.100.7"),
        ("192.0.0.0", "192.1.0.0", "192.0.2.7"),
        ("0.0.0.0", "9.255.255.255", "1.1.1.1"),
        ("0.0.0.0", "0.255.255.255", "0.0.0.1"),
        ("0.0.0.0", "0.0.0.0", "0.0.0.0"),
        ("10.0.0.4", "10.0.0.7", "10.0.0.4"),
        ("::", "ffff::", "2001:db8::7"),
        ("::", "1::", "::1"),
    ],
)
def test_of_some_addresses_one_is_told_that_people_know_to_be_outside(first, last, address):
    some = AddressRange(ip_address(first), ip_address(last))
    assert spoken(some, ()) == address
    assert spoken(some, [ip_address(last)]) == last


def test_a_pod_is_told_by_its_name():
    assert spoken("shop/web", ()) == "shop/web"
