"""The flows that prove something."""

from netpol_lab.checks.lint.context import Probe
from netpol_lab.checks.lint.probes import with_anybody
from netpol_lab.checks.lint.witnesses import CLOSES, OPENS, difference, stands
from netpol_lab.model.objects import Direction
from tests.helpers.linted import context, policy

FROM_WEB = "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"


def test_a_difference_is_the_first_flow_that_takes_the_turn():
    seen = context(policy(FROM_WEB))
    probes = [Probe("shop/web", "shop/db", 80, "TCP"), Probe("203.0.113.7", "shop/db", 80, "TCP")]
    bare = seen.without(*seen.cluster.policies)
    witness = difference(seen, probes, bare, "without policies", OPENS)
    assert str(witness) == ("203.0.113.7 -> shop/db  TCP 80: denied now, allowed without policies")


def test_no_difference_means_no_witness():
    seen = context(policy(FROM_WEB))
    probes = with_anybody(seen, Direction.INGRESS, seen.everyone)
    assert difference(seen, probes, seen.cluster, "as it is", OPENS, CLOSES) is None


def test_a_finding_without_a_witness_stands_only_where_there_are_no_pods():
    seen = context(policy(FROM_WEB), policy(FROM_WEB, namespace="empty"))
    here, elsewhere = seen.cluster.policies
    assert not stands(seen, here, None)
    assert stands(seen, elsewhere, None)
