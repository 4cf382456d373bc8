"""How findings and their witnesses read."""

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.model.assumptions import DEFAULTS
from netpol_lab.model.cluster import Cluster


def test_a_finding_is_about_a_policy_a_pod_or_a_namespace():
    said = "NP105", Severity.NOTE, "left open", "why", "what to do", 1, "shop"
    assert Finding(*said).about == "namespace shop"
    assert Finding(*said, pod="shop/web").about == "shop/web"
    assert Finding(*said, policy="shop/db").about == "shop/db"


def test_a_witness_says_what_stays_as_it_is():
    ends = "shop/web", "shop/db", 80, "TCP"
    witness = Witness(*ends, True, True, "without this rule", Cluster(), DEFAULTS)
    flow, _, said = str(witness).partition(": ")
    assert flow == "shop/web -> shop/db  TCP 80"
    assert said == "allowed now, still allowed without this rule"
