"""Attempts and their answers: what cannot be read, what holds no policy, what is seldom meant."""

from pathlib import Path

import pytest

import netpol_lab as lab
from netpol_lab.course import progress
from netpol_lab.course.exercise_loader import find_exercise
from netpol_lab.widgets.attempt import NOT_SOLVED, Attempt, Feedback

ANSWER = find_exercise("two-tiers").file.answer


@pytest.fixture(autouse=True)
def begin_anew():
    progress.reset()


@pytest.fixture(scope="module")
def task():
    return lab.exercise("two-tiers")


def test_a_line_of_an_attempt_is_counted_as_its_cell_counts():
    cluster = lab.load(ANSWER)
    alone, in_cell = (Attempt(ANSWER, place) for place in (False, True))
    found = alone.line(cluster, cluster.policies[0], "spec.podSelector")
    assert found == (7, "podSelector:")
    assert in_cell.line(cluster, cluster.policies[0], "spec.podSelector") == (8, "podSelector:")
    assert Attempt(cluster).line(cluster, cluster.policies[0], "spec.podSelector") is None


def test_feedback_without_a_picture_is_text_alone():
    assert Feedback(False, "no")._repr_mimebundle_() == {"text/plain": "no"}
    assert "<svg/>" in Feedback(True, "yes", "<svg/>")._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("text", ["", "\n", "   ", "# Write here.\n", "---\n---\n", "null"])
def test_nothing_written_is_not_solved_yet(task, text):
    assert str(task.check(text)) == NOT_SOLVED == "not solved yet"


def test_other_objects_are_no_policy(task):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    said = str(task.check(text))
    assert said.startswith(
        "not solved yet: there is no NetworkPolicy in this text, only: ConfigMap"
    )
    assert "apiVersion: networking.k8s.io/v1" in said
    cluster = "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n"
    assert "only: Pod." in str(task.check(cluster))


CALICO = ANSWER.replace("networking.k8s.io/v1", "projectcalico.org/v3")


def test_a_network_policy_of_another_group_is_told_apart(task):
    alone = task.check(CALICO)
    assert "a NetworkPolicy of another apiVersion is another kind of object" in alone.text
    beside = task.check(f"{ANSWER}\n---\n{CALICO}")
    assert not beside.solved  # it could decide everything in its namespace
    assert "It is not evaluated, and what it could decide is undefined." in beside.text


def test_what_a_policy_of_another_kind_could_decide_is_not_as_wanted(task):
    above = """
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: above}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Accept, from: [{namespaces: {matchExpressions: [{key: a, operator: Odd}]}}]}]
"""
    feedback = task.check(f"{ANSWER}\n---\n{above}")
    assert not feedback.solved
    assert "Note: a part of ClusterNetworkPolicy above cannot be used" in feedback.text
    assert "rule 1 of ClusterNetworkPolicy above (Admin, priority 1) cannot be" in feedback.text


def test_a_policy_that_takes_the_name_of_one_that_is_there_is_pointed_out():
    task = lab.exercise("a-door-for-each")
    same = task.file.answer.replace("name: seats-ingress", "name: default-deny-ingress")
    assert "and yours replaces it" in task.check(same).text


def test_a_policy_elsewhere_that_selects_pods_is_not_told_to_move():
    task = lab.exercise("close-the-door")
    more = task.file.answer.replace("namespace: clinic", "namespace: cafe")
    allows = more.replace("policyTypes: [Ingress]", "ingress: [{}]")
    feedback = task.check(f"{task.file.answer}\n---\n{allows}")
    assert feedback.solved
    assert "Note" not in feedback.text


def test_of_very_many_complaints_the_first_are_told(task):
    many = "".join(f"  field-{n}: 1\n" for n in range(500))
    said = str(task.check(f"{ANSWER}{many}"))
    assert said.count("unknown field") == 8
    assert said.endswith("... and 492 more")


def test_what_stands_twice_is_not_said_to_be_refused(task):
    said = str(task.check(ANSWER.replace("---\n", "")))
    assert said.startswith("Kubernetes would keep only a part of this:\n")
    assert "duplicate field" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policy", "must be a mapping"),
        ("a: [1,", "Syntax"),
        ("\tspec:", "Syntax"),
        ("kind: NetworkPolicy", "apiVersion not set"),
        (ANSWER.replace("podSelector", "podselector"), "did you mean podSelector?"),
        (ANSWER.replace("- from:", "  from:"), "put a dash before it"),
        (ANSWER.replace("v1", "v1beta1"), "write networking.k8s.io/v1"),
        ("- just\n- a list", "must be a mapping"),
        ("a: &a [*a, *a]", ""),
        ("x: " + "[" * 5000, ""),
        ("!!python/object/apply:os.system ['true']", ""),
        ("\x00", ""),
    ],
)
def test_broken_yaml_shows_the_complaints_and_no_traceback(task, text, message):
    feedback = task.check(text)
    assert not feedback.solved
    assert feedback.text.startswith("Kubernetes would refuse this:\n")
    assert message in feedback.text


@pytest.mark.parametrize("given", [None, 5, ["kind: Pod"], Path("mine.yaml")])
def test_what_is_neither_text_nor_a_cluster_is_refused_in_words(task, given):
    assert "YAML text or a cluster" in task.check(given).text


def test_a_word_is_never_taken_for_a_scenario_or_a_file(task):
    assert "must be a mapping" in str(task.check("three-tier"))
    assert "must be a mapping" in str(task.check(__file__))


def test_a_policy_in_the_namespace_of_others_is_pointed_out():
    said = str(
        lab.exercise("two-tiers").check(ANSWER.replace("namespace: library", "namespace: x"))
    )
    assert "lives in namespace x, and can select pods only there. The task is about library" in said


def test_two_policies_of_one_name_are_pointed_out():
    once = ANSWER.replace("name: index-ingress", "name: search-ingress")
    said = str(lab.exercise("two-tiers").check(once))
    assert "NetworkPolicy library/search-ingress appears twice, and the last one replaces" in said


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "x: " + "[" * 5000, "\x00", "a: [1,", "word"])
def test_no_complaint_about_a_policy_cell_names_a_file(task, text):
    said = str(task.check_cell(text))
    assert said.startswith("Kubernetes would refuse this:\n")
    assert "this cell" in said
    assert "<text>" not in said
