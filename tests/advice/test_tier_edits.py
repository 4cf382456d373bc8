"""What is proposed where a cluster-wide tier denies, and to whom."""

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.advice.edit import Touch
from netpol_lab.advice.fix import as_data, why_none
from tests.helpers.tiers import CACHE, DB, EVERY_POD, WEB, asked, old, policy, rule, wide

DENY = rule("Deny")
ADMITS = policy("{podSelector: {}, ingress: [{}]}")
OWNER = (
    "rule 1 of ClusterNetworkPolicy above (Admin, priority 10) denies this ingress: only its owner"
)


def proposed(*texts, **ends):
    return lab.fix(asked(*texts, **ends))


def test_what_admin_denies_is_for_its_owner_to_change():
    found = proposed(wide(ingress=[DENY]), ADMITS)
    assert found.owners[0].startswith(OWNER)
    assert str(found).startswith(OWNER)
    assert as_data(found)["owners"] == [*found.owners]
    assert [edit.touch for edit in found.changes] == [Touch.ABOVE]


def test_no_network_policy_is_proposed_against_admin():
    found = proposed(wide(ingress=[DENY]), policy("{podSelector: {}}"))
    assert all("NetworkPolicy shop/" not in edit.object for edit in found.changes)
    assert lab.evaluate(found.apply(), "web", "db", 5432).allowed is True


def test_a_flow_that_others_would_allow_is_passed_on_and_else_accepted():
    above = wide(ingress=[DENY])
    for below, action in ((ADMITS, "Pass"), (policy("{podSelector: {}}"), "Accept")):
        (edit,) = proposed(above, below, CACHE).changes
        assert yaml.safe_load(edit.yaml)["spec"]["ingress"][0]["action"] == action


def test_a_new_policy_gets_the_next_free_number_below():
    taken = wide(name="other", priority=9, subject=WEB, ingress=[rule("Accept", DB)])
    (edit,) = proposed(wide(ingress=[DENY]), taken, CACHE).changes
    assert yaml.safe_load(edit.yaml)["spec"]["priority"] == 8
    assert "(Admin, priority 8, asked before ClusterNetworkPolicy above; " in edit.words


def test_a_rule_goes_before_the_one_that_denies_where_no_number_is_lower():
    (edit,) = proposed(wide(priority=0, ingress=[rule("Pass", DB), DENY])).changes
    assert edit.words == (
        "in ClusterNetworkPolicy above, before ingress rule 2, add a rule: Pass from pods with "
        "app=web of namespace shop on TCP 5432"
    )
    assert edit.what_to_do == "add to spec.ingress, before rule 2"
    assert yaml.safe_load(edit.yaml)[0]["protocols"] == [
        {"tcp": {"destinationPort": {"number": 5432}}}
    ]


def test_a_rule_is_not_added_to_a_full_list():
    full = wide(priority=0, ingress=[*[rule("Pass", DB)] * 24, DENY])
    assert proposed(full) is None
    assert why_none(asked(full)).startswith("rule 25 of ClusterNetworkPolicy above (Admin")


def test_a_peer_that_is_the_other_end_alone_is_taken_out():
    (edit,) = proposed(wide(subject=DB, ingress=[rule("Deny", DB, WEB)])).changes
    assert edit.words == (
        "in ClusterNetworkPolicy above, take pods with app=web of every namespace out of "
        "ingress rule 1"
    )
    assert edit.what_to_do == "spec.ingress[0].from becomes"


def test_a_port_that_only_concerns_the_flow_is_taken_out():
    ports = "tcp: {destinationPort: {number: 80}}}, {tcp: {destinationPort: {number: 5432}}"
    (edit,) = proposed(wide(subject=DB, ingress=[rule("Deny", WEB, ports=ports)])).changes
    assert "take TCP 5432 out of ingress rule 1" in edit.words
    assert yaml.safe_load(edit.yaml) == [{"tcp": {"destinationPort": {"number": 80}}}]


def test_an_older_policy_gets_its_own_words():
    deny = "ingress: [{action: Deny, from: [{namespaces: {}}]}]"
    spec = f"{{priority: 0, subject: {{namespaces: {{}}}}, {deny}}}"
    (edit,) = proposed(old(spec), policy("{podSelector: {}}")).changes
    (typed,) = yaml.safe_load(edit.yaml)
    assert typed["action"] == "Allow"
    assert typed["ports"] == [{"portNumber": {"protocol": "TCP", "port": 5432}}]


def test_an_address_outside_is_told_by_its_network():
    (edit,) = proposed(
        wide(egress=[rule("Deny", 'networks: ["0.0.0.0/0"]', way="to")]), destination="192.0.2.1"
    ).changes
    (typed,) = yaml.safe_load(edit.yaml)["spec"]["egress"]
    assert typed["to"] == [{"networks": ["192.0.2.1/32"]}]


def test_equal_priorities_that_contradict_are_settled_by_a_lower_number():
    both = [wide(name="a", ingress=[rule("Accept")]), wide(name="b", ingress=[DENY])]
    found = proposed(*both)
    assert asked(*both).allowed is None
    assert lab.evaluate(found.apply(), "web", "db", 5432).allowed is True


def test_an_equal_priority_is_settled_by_changing_one_of_the_numbers_and_words_leave_it_open():
    both = [wide(name="a", ingress=[rule("Accept")]), wide(name="b", ingress=[DENY])]
    found = proposed(*both)
    (edit,) = found.changes
    assert (edit.path, edit.yaml.strip(), edit.touch) == ("spec.priority", "11", Touch.ORDER)
    assert edit.words == (
        "in ClusterNetworkPolicy b, make the priority 11 instead of 10: asked after "
        "ClusterNetworkPolicy a"
    )
    assert "(Admin, priority 10) may deny this ingress: only its owner" in found.owners[0]


def test_where_no_number_is_later_the_other_one_gets_an_earlier_one():
    last = {"priority": 1000}
    both = [
        wide(name="a", ingress=[rule("Accept")], **last),
        wide(name="b", ingress=[DENY], **last),
    ]
    (edit,) = proposed(*both).changes
    assert (edit.object, edit.yaml.strip()) == ("ClusterNetworkPolicy a", "999")


def test_where_baseline_denies_a_network_policy_comes_first_and_is_said_to_isolate():
    found = proposed(wide(tier="Baseline", ingress=[DENY]))
    (edit,) = found.changes
    assert edit.object == "NetworkPolicy shop/db-ingress-from-web"
    assert edit.words.endswith(
        "; it isolates shop/db for ingress, so that tier Baseline is no longer asked"
    )
    assert found.owners == ()
    assert any(row.source.startswith("0.0.0.0") for row in found.also.closed)


def test_a_baseline_policy_of_which_there_is_one_only_gets_no_second():
    spec = "{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}"
    single = old(spec, "BaselineAdminNetworkPolicy", "default")
    words = [edit.words for edit in proposed(single).changes]
    assert len(words) == 1
    assert "NetworkPolicy shop/" in words[0]


@pytest.mark.parametrize("subject", [EVERY_POD, DB])
def test_what_only_the_subject_is_about_is_what_opens_nothing_else(subject):
    found = proposed(wide(subject=subject, ingress=[DENY]))
    assert found.also.opened == ()
