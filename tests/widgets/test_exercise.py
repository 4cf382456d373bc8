"""Exercises, driven as a learner drives them; and what the pages show of them."""

import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from ipywidgets import HTML, Button

import netpol_lab as lab
from netpol_lab.course import progress
from netpol_lab.course.exercise_loader import exercises, find_exercise
from netpol_lab.course.goals import wrong
from netpol_lab.errors import UnknownNameError
from netpol_lab.widgets.attempt import NOT_SOLVED
from tests.helpers import places
from tests.helpers.boards import inside
from tests.helpers.exercises import GOOD
from tests.referee import naive

NOTEBOOKS = sorted(places.NOTEBOOKS.glob("*.ipynb"))

WRITTEN_OUT = yaml.safe_load((Path(__file__).parent / "two_tiers_attempts.yaml").read_text("utf-8"))


@pytest.fixture(autouse=True)
def begin_anew():
    progress.reset()


def button(widget, words):
    return next(found for found in inside(widget, Button) if found.description == words)


# --- grading: chapter 02's exercise ---------------------------------------------------------

ANSWER = find_exercise("two-tiers").file.answer


def policy(name, selector, spec, namespace="library"):
    """Return a policy in one line, which is YAML as well."""
    return json.dumps(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"podSelector": selector, **spec},
        }
    )


def tier(name):
    return {"matchLabels": {"tier": name}}


def one_of(*names):
    return {"matchExpressions": [{"key": "tier", "operator": "In", "values": list(names)}]}


def admits(*peers, **more):
    return {"ingress": [{"from": list(peers), **more}]}


def pods(selector):
    return {"podSelector": selector}


def both(search, index):
    """Return the usual pair of policies, with what `search` and `index` admit."""
    return (
        f"{policy('search', tier('search'), search)}\n---\n{policy('index', tier('index'), index)}"
    )


PAGE, SEARCH = pods(tier("page")), pods(tier("search"))
USUAL = both(admits(PAGE), admits(SEARCH))
DENY = policy("deny", one_of("search", "index"), {"policyTypes": ["Ingress"]})
HERE = {"matchLabels": {"kubernetes.io/metadata.name": "library"}}

RIGHT = {
    "the worked answer": ANSWER,
    "policyTypes written": both(
        {"policyTypes": ["Ingress"], **admits(PAGE)}, {"policyTypes": ["Ingress"], **admits(SEARCH)}
    ),
    "expressions for labels": both(admits(pods(one_of("page"))), admits(pods(one_of("search")))),
    "a default deny and two that admit": f"{DENY}\n---\n{USUAL}",
    "the policies in the other order": "\n---\n".join(reversed(USUAL.split("\n---\n"))),
    "a List": json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": list(yaml.safe_load_all(USUAL))}
    ),
    "the namespace spelt out": both(
        admits({**PAGE, "namespaceSelector": HERE}), admits({**SEARCH, "namespaceSelector": HERE})
    ),
    "everybody but the others": both(
        admits(
            pods({"matchExpressions": [
                {"key": "tier", "operator": "NotIn", "values": ["index", "crawler", "search"]}
            ]})
        ),
        admits(SEARCH),
    ),
    "the pod admitted by its address": both(
        admits({"ipBlock": {"cidr": "10.2.0.10/32"}}), admits(SEARCH)
    ),
    "a range of ports": both(
        admits(PAGE, ports=[{"port": 1, "endPort": 65535}]), admits(SEARCH, ports=[])
    ),
    "open pods isolated and opened again": f"{USUAL}\n---\n"
    + policy("open", one_of("page", "crawler"), {"ingress": [{}]}),
    "egress listed and opened": both(
        {"policyTypes": ["Ingress", "Egress"], "egress": [{}], **admits(PAGE)}, admits(SEARCH)
    ),
    "itself admitted as well": both(admits(PAGE, SEARCH), admits(SEARCH, pods(tier("index")))),
    "rules split in two": both(
        {"ingress": [admits(PAGE)["ingress"][0], admits(PAGE)["ingress"][0]]}, admits(SEARCH)
    ),
}  # fmt: skip

WRONG = {
    "only one of the two": policy("index", tier("index"), admits(SEARCH)),
    "the namespace forgotten": ANSWER.replace("namespace: library", "namespace: default"),
    "no namespace at all": ANSWER.replace("  namespace: library\n", ""),
    "a typo in a label": ANSWER.replace("tier: index", "tier: idnex"),
    "a capital in a label": ANSWER.replace("tier: page", "tier: Page"),
    "selector and peer swapped": both(admits(pods(tier("index"))), admits(pods(tier("page")))),
    "only Egress listed": both(
        {"policyTypes": ["Egress"], **admits(PAGE)}, {"policyTypes": ["Egress"], **admits(SEARCH)}
    ),
    "both directions listed": both(
        {"policyTypes": ["Ingress", "Egress"], **admits(PAGE)}, admits(SEARCH)
    ),
    "a default deny for the namespace": f"{policy('deny', {}, {})}\n---\n{USUAL}",
    "an empty from": both({"ingress": [{"from": []}]}, admits(SEARCH)),
    "an empty rule": both({"ingress": [{}]}, admits(SEARCH)),
    "a rule too many": both(
        {"ingress": [{"from": [PAGE]}, {"ports": [{"port": 8080}]}]}, admits(SEARCH)
    ),
    "a port too few": both(admits(PAGE, ports=[{"port": 80}]), admits(SEARCH)),
    "the wrong protocol": both(admits(PAGE, ports=[{"protocol": "UDP"}]), admits(SEARCH)),
    "every pod of the namespace": both(admits(pods({})), admits(SEARCH)),
    "a namespace beside the pod": both(admits(PAGE, {"namespaceSelector": {}}), admits(SEARCH)),
    "the label that all have": both(
        admits(pods({"matchLabels": {"app": "library"}})), admits(SEARCH)
    ),
    "nobody admitted": both({"ingress": []}, admits(SEARCH)),
    "the index open to page": both(admits(PAGE), admits(SEARCH, PAGE)),
}


@pytest.fixture(scope="module")
def task():
    return lab.exercise("two-tiers")


RIGHT |= {f"written out: {each['name']}": each["policies"] for each in WRITTEN_OUT["right"]}
WRONG |= {f"written out: {each['name']}": each["policies"] for each in WRITTEN_OUT["wrong"]}


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_any_policies_with_the_wanted_traffic_pass(task, attempt):
    feedback = task.check(attempt)
    assert feedback.text == (
        "solved: 40 of 40 are as wanted (20 connections on each of 2 ports)."
    )  # fmt: skip
    assert feedback.solved


def policies_in(attempt):
    """Return the objects of an attempt, those of a List one by one."""
    for document in yaml.safe_load_all(attempt):
        yield from document["items"] if document["kind"] == "List" else [document]


@pytest.mark.parametrize("attempt", RIGHT.values(), ids=RIGHT)
def test_what_passes_has_all_the_wanted_traffic_by_the_referee_too(task, attempt):
    documents = [*yaml.safe_load_all(task.file.manifests), *policies_in(attempt)]
    referee = naive.Cluster(documents)
    for goal in task.goals:
        assert referee.allowed(*goal.flow) is goal.allowed


@pytest.mark.parametrize("attempt", WRONG.values(), ids=WRONG)
def test_other_traffic_fails_with_one_connection_that_is_truly_wrong(task, attempt):
    feedback = task.check(attempt)
    assert not feedback.solved
    told = re.search(
        r"not solved yet: (\S+) -> (\S+) on TCP (\d+) should be (\w+), and is (\w+)\.",
        str(feedback),
    )
    source, destination, port, wanted, got = told.groups()
    documents = [*yaml.safe_load_all(task.file.manifests), *policies_in(attempt)]
    states = {True: "allowed", False: "blocked"}
    assert states[naive.allowed(documents, source, destination, int(port))] == got
    assert wanted != got
    assert str(feedback).count("should be") == 1


@pytest.mark.parametrize("attempt", WRONG.values(), ids=WRONG)
def test_a_wrong_attempt_shows_the_reasons_and_the_picture(task, attempt):
    feedback = task.check(attempt)
    assert "\n  egress   " in feedback.text
    assert "\n  ingress  " in feedback.text
    assert feedback._repr_mimebundle_()["text/html"].count("<svg") == 1


def test_a_policy_that_selects_nobody_is_pointed_out(task):
    said = str(task.check(WRONG["a typo in a label"]))
    assert (
        "Note: library/index-ingress selects no pod (line 22). It wants pods with tier=idnex"
        in said
    )


def test_a_policy_without_a_namespace_is_told_which_one_to_write(task):
    said = str(task.check(WRONG["no namespace at all"]))
    lives = (
        "A policy that names no namespace lives in the one that kubectl is set to, here `default`"
    )
    assert said.count(lives) == 2
    assert said.endswith("Write `namespace: library` under `metadata`.")
    task = lab.exercise("close-the-door")
    nowhere = task.file.answer.replace("  namespace: clinic\n", "")
    assert "Write `namespace: clinic` under `metadata`." in str(task.check(nowhere))
    assert "`default`" not in str(task.check(WRONG["a typo in a label"]))


def test_one_port_is_counted_without_more_words():
    task = lab.exercise("close-the-door")
    assert task.check(task.file.answer).text == "solved: 12 of 12 connections are as wanted."
    assert "Wanted on TCP 80:" in task.words


def test_where_there_are_two_ports_the_task_says_which_one_is_drawn(task):
    heading = "Wanted on TCP 8080 and on TCP 9200 (the picture shows 8080)"
    assert f"{heading}:" in task.words
    assert any(heading in html.value for html in inside(task, HTML))
    assert "TCP 8080" in task.svg


def test_a_cluster_can_be_handed_in_as_well(task):
    assert task.check(lab.load(ANSWER)).solved


def test_pods_in_an_attempt_do_not_count(task):
    moved = "apiVersion: v1\nkind: Pod\nmetadata: {name: index, namespace: library}\n---\n"
    assert task.check(moved + ANSWER).solved


# --- help -----------------------------------------------------------------------------------


def test_hints_come_one_after_the_other_and_end():
    task = lab.exercise("two-tiers")
    assert task.hint().startswith("Hint 1 of 2: ")
    assert not button(task, "Hint").disabled
    assert task.hint().startswith("Hint 2 of 2: ")
    assert button(task, "Hint").disabled
    assert task.hint() == task.hint() == (
        "That was the last hint. The worked answer shows one solution."
    )  # fmt: skip


def test_without_hints_there_is_nothing_to_press(tmp_path):
    hints = "hints: [Guard one pod., Select app safe.]\n"
    (tmp_path / "safe.yaml").write_text(GOOD.replace(hints, ""), encoding="utf-8")
    task = lab.exercise(tmp_path / "safe.yaml")
    assert button(task, "Hint").disabled
    assert task.hint().startswith("There are no hints.")


def test_the_buttons_add_hints_and_the_worked_answer_below_what_is_there():
    task = lab.exercise("two-tiers")
    button(task, "Hint").click()
    button(task, "Hint").click()
    button(task, "Worked answer").click()
    button(task, "Worked answer").click()
    (shown,) = (html.value for html in inside(task, HTML) if "Hint 1 of 2" in html.value)
    assert re.findall("Hint 1 of 2|Hint 2 of 2|name: index-ingress", shown) == [
        "Hint 1 of 2",
        "Hint 2 of 2",
        "name: index-ingress",
    ]


def test_the_keyboard_goes_to_the_next_button_before_that_of_the_hints_is_out_of_use(monkeypatch):
    task, seen = lab.exercise("two-tiers"), []
    answer = button(task, "Worked answer")
    monkeypatch.setattr(
        type(answer), "focus", lambda it: seen.append((it, button(task, "Hint").disabled))
    )
    task.hint()
    assert seen == []
    task.hint()
    assert seen == [(answer, False)]


def test_the_task_and_the_labels_of_its_pods_are_there_as_text(task):
    data, _ = task._repr_mimebundle_()
    assert "pod library/page has app=library, tier=page" in data["text/plain"]
    assert "to index\n  allowed from search\n  blocked from page" in data["text/plain"]
    assert data["image/svg+xml"].startswith("<svg")


def test_an_unknown_exercise_lists_near_names():
    with pytest.raises(UnknownNameError, match="Did you mean two-tiers"):
        lab.exercise("two-tier")


# --- the line that decides ------------------------------------------------------------------


@pytest.fixture
def nudged():
    task = lab.exercise("two-tiers")
    task.hint()
    return task


def attempt_called(name):
    return next(each["policies"] for each in WRITTEN_OUT["wrong"] if each["name"] == name)


DECIDES = {
    "the wrong direction": "policyTypes: [Egress]",
    "a typo in a label": "- podSelector: {matchLabels: {tier: serach}}",
    "one policy that selects both": "- podSelector: {matchLabels: {tier: page}}",
    "a stray dash makes two items of from": "- namespaceSelector: {}",
    "a stray dash before ports": "- ports:",
    "an empty podSelector for the peer": "- podSelector: {}",
    "an empty podSelector for the subject": "podSelector: {}",
    "an empty from": "- from: []",
    "another port": "- {port: 80}",
    "only Egress is open, because both are listed": "policyTypes: [Ingress, Egress]",
    "selecting a namespace by name": "- namespaceSelector: {matchLabels: {name: library}}",
}


@pytest.mark.parametrize("name", DECIDES)
def test_after_a_nudge_an_answer_names_the_line_of_the_cell_that_decides(nudged, name):
    text = attempt_called(name)
    said = str(nudged.check_cell(text))
    number = int(re.search(r"^Look at line (\d+) of this cell: (.*)$", said, re.M)[1])
    assert f"of this cell: {DECIDES[name]}\n" in said
    assert f"%%policy\n{text}".splitlines()[number - 1].strip() == DECIDES[name]


def test_before_a_nudge_no_line_is_named(task):
    said = str(lab.exercise("two-tiers").check_cell(attempt_called("an empty from")))
    assert "Look at line" not in said


def test_the_next_hint_names_the_line_in_the_last_attempt(nudged):
    nudged.check_cell(attempt_called("an empty from"))
    assert "\nLook at line 8 of your last attempt: - from: []\n" in nudged.hint()


def test_a_solved_exercise_names_no_line(nudged):
    nudged.check_cell(ANSWER)
    assert "Look at line" not in nudged.hint()


def test_a_cluster_that_is_handed_in_has_no_line_to_look_at(nudged):
    assert "Look at" not in str(nudged.check(lab.load(attempt_called("an empty from"))))


# --- nothing typed is lost ------------------------------------------------------------------


def test_the_last_attempt_is_kept_even_with_a_syntax_error():
    task = lab.exercise("two-tiers")
    assert task.last_attempt() == ""
    task.check_cell("spec: [1,")
    assert task.last_attempt() == lab.exercise("two-tiers").last_attempt() == "spec: [1,"


def test_an_emptied_cell_tells_where_the_last_attempt_is():
    task = lab.exercise("two-tiers")
    task.check_cell(ANSWER)
    said = 'not solved yet. Your last attempt is kept: lab.exercise("two-tiers").last_attempt()'
    assert str(task.check_cell("# all gone\n")) == said
    assert task.last_attempt() == ANSWER


def test_a_later_mistake_does_not_take_solved_away():
    task = lab.exercise("two-tiers")
    task.check_cell(ANSWER)
    task.check_cell("spec: [1,")
    assert progress.recorded().exercises["two-tiers"].solved


def test_hints_and_the_worked_answer_are_recorded():
    task = lab.exercise("two-tiers")
    task.hint()
    task.answer()
    recorded = progress.recorded().exercises["two-tiers"]
    assert (recorded.hints, recorded.answer_shown, recorded.solved) == (1, True, False)


# --- every packaged exercise ----------------------------------------------------------------


@pytest.mark.parametrize("name", exercises())
def test_the_worked_answer_solves_it_and_no_policy_does_not(name):
    task = lab.exercise(name)
    assert task.check(task.answer()).solved
    assert wrong(task.goals, task.cluster)


@pytest.mark.parametrize("name", exercises())
def test_it_starts_without_policies_and_with_all_it_needs(name):
    file = find_exercise(name).file
    assert file.name == name
    assert file.title
    assert file.story
    assert len(file.hints) >= 2
    assert file.chapter


@pytest.mark.parametrize("name", ["close-the-door", "only-out", "two-tiers"])
def test_its_goal_names_every_pair_so_that_nothing_else_can_change_unseen(name):
    task = lab.exercise(name)
    pods, outside = {str(pod) for pod in task.cluster.pods}, "203.0.113.7"
    pairs = {(a, b) for a in pods for b in pods - {a}}
    pairs |= {(pod, outside) for pod in pods} | {(outside, pod) for pod in pods}
    assert {(goal.source, goal.destination) for goal in task.goals} == pairs


PROMETHEUS = "podSelector:\n        matchLabels: {app: prometheus}"

# What stands in a worked answer, and what is nearly right in its place.
NEARLY = [
    ("market-catalog", "- port: 5432", "- protocol: TCP"),
    ("market-catalog", "- port: metrics", "- protocol: TCP"),
    ("market-catalog", "policyTypes: [Ingress]", "policyTypes: [Ingress, Egress]"),
    ("market-catalog", f"  {PROMETHEUS}", f"- {PROMETHEUS}"),
    ("market-catalog", "matchLabels: {app: db}", ""),
    ("only-the-reader", "- from:", "- from:\n      - ipBlock: {cidr: 203.0.113.0/24}"),
    ("radio", "- port: 9100", "- protocol: TCP"),
    ("radio", "policyTypes:", "policyTypes: [Ingress]\n  ingress: [{}]\n  #"),
    ("the-right-door", "198.51.100.128/25", "198.51.100.192/26"),
    ("the-right-door", "198.51.100.128/25", "198.51.100.128/26"),
    ("the-right-door", "198.51.100.128/25", "198.51.100.64/26"),
    ("the-right-door", "198.51.100.0/24", "198.51.100.0/26"),
    ("the-right-door", "198.51.100.0/24", "0.0.0.0/0"),
]


@pytest.mark.parametrize(("name", "part", "instead"), NEARLY)
def test_what_is_nearly_right_does_not_pass_whichever_policy_it_is_in(name, part, instead):
    task = lab.exercise(name)
    first, *others = task.file.answer.split(part)
    assert others
    for n in range(len(others)):
        attempt = part.join([first, *others[:n]]) + instead + part.join(others[n:])
        assert not task.check(attempt).solved


# --- %%policy -------------------------------------------------------------------------------


@pytest.fixture
def shell():
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    shell = interactive.InteractiveShell.instance()
    yield shell
    interactive.InteractiveShell.clear_instance()


def test_a_policy_cell_is_checked_against_the_named_exercise(shell):
    lab.exercise("two-tiers")
    assert shell.run_cell_magic("policy", "two-tiers", ANSWER).solved
    assert str(shell.run_cell_magic("policy", "only-out", "# nothing yet\n")) == NOT_SOLVED


def test_a_policy_cell_without_a_name_means_the_exercise_opened_last(shell):
    lab.exercise("only-out")
    lab.exercise("close-the-door")
    answer = find_exercise("close-the-door").file.answer
    assert shell.run_cell_magic("policy", "", answer).solved


def test_a_complaint_about_a_policy_cell_counts_the_lines_of_the_cell(shell):
    lab.exercise("two-tiers")
    wrong = ANSWER.replace("podSelector", "podselector", 1)
    line = 2 + wrong.splitlines().index("  podselector:")
    said = str(shell.run_cell_magic("policy", "two-tiers", wrong))
    assert f"\nline {line}, column 3 of this cell, document 1: " in said
    assert f"\n  {line} |   podselector:\n" in said
    assert "<text>" not in said


# --- the pages ------------------------------------------------------------------------------


def yaml_blocks(path):
    """Return every piece of YAML that a page shows in its prose."""
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"^```yaml\n(.*?)^```$", prose, re.MULTILINE | re.DOTALL)


def code_of(path):
    """Return all code of a page."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def loads_of(path):
    code = code_of(path)
    scenarios = re.findall(r'lab\.load\("([\w-]+)"', code)
    return scenarios, re.findall(r'lab\.exercise\("([\w-]+)"\)', code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_policy_in_the_prose_is_one_of_the_page_s_scenario_or_the_worked_answer(path):
    """Or it stands word for word in a code cell, or it is a patient of the clinic."""
    scenarios, tasks = loads_of(path)
    clusters = [*map(lab.load, scenarios), *(find_exercise(name).start for name in tasks)]
    known = {p for one in clusters for p in (*one.policies, *one.cluster_policies)}
    worked = [lab.load(find_exercise(name).file.answer) for name in tasks]
    answers = [(one.policies, one.cluster_policies) for one in worked]
    asked = code_of(path)
    for block in yaml_blocks(path):
        if block.strip() in asked or "NetworkPolicy\n" not in block:
            continue
        review = lab.review(block)
        if review.cluster is None:
            assert path.stem == "10-the-clinic", review
        else:
            policies, wide = review.cluster.policies, review.cluster.cluster_policies
            assert (policies, wide) in answers or known.issuperset((*policies, *wide))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_link_to_another_page_leads_somewhere(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for target in re.findall(r"\]\(([\w./-]+\.ipynb)\)", cell.source):
            assert (path.parent / target).exists()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_page_starts_with_the_same_lines(path):
    first = next(c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    assert re.fullmatch(r'import netpol_lab as lab\n\n\w+ = lab\.load\("[\w-]+"\)', first.source)


@pytest.mark.parametrize("path", NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_every_chapter_goes_through_the_nine_steps_in_order(path):
    cells = nbformat.read(path, as_version=4).cells
    headings = re.findall(
        r"^## (\w+)", "\n".join(c.source for c in cells if c.cell_type != "code"), re.M
    )
    steps = list(dict.fromkeys(headings))
    more = {"11-your-cluster": ["Your"], "12-above-networkpolicy": ["Moving"]}.get(path.stem, [])
    order = ["The", "See", "Predict", "Try", "Name", "Trap", "Exercise", "Check", *more, "Take"]
    assert steps == order


def test_of_many_addresses_those_are_drawn_that_the_file_lists_and_the_one_that_is_wrong():
    task = lab.exercise("the-right-door")
    assert "198.51.100.64" not in task.svg
    ends = "cidr: 198.51.100.0/32\n    - ipBlock:\n        cidr: 198.51.100.127/32"
    few = task.file.answer.partition("cidr: 198")[0] + ends
    feedback = task.check(few)
    assert "198.51.100.64 -> museum/tickets" in feedback.text
    assert "198.51.100.64" in feedback.svg
