"""The lines of a cluster-wide policy that decide a flow."""

import pytest

from netpol_lab.advice.deciding_lines import reasons_of
from tests.helpers.tiers import DB, WEB, asked, old, rule, tcp, wide


def marked(*texts, **ends):
    (passage,) = reasons_of(asked(*texts, **ends), with_change=False).passages
    return passage.caption, [line.text.strip() for line in passage.excerpt.lines if line.marked]


def test_the_rank_the_action_the_peer_and_the_port_that_match_are_marked():
    ports = f"{tcp(80)}}}, {{{tcp(5432)}"
    caption, lines = marked(wide(ingress=[rule("Deny", DB, WEB, ports=ports)]))
    assert caption == (
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) denies shop/web"
    )
    assert "priority: 10" in lines
    text = " ".join(lines)
    assert "Deny" in text
    assert "app: web" in text
    assert "5432" in text


def test_the_lines_of_a_policy_without_a_text_of_its_own_are_written_for_it():
    spec = "{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}"
    _, lines = marked(old(spec, "BaselineAdminNetworkPolicy", "default"))
    assert any("action: Deny" in line for line in lines)
    assert not any(line.startswith("spec:") and "{" not in line for line in lines)


@pytest.mark.parametrize("tier", ["Admin", "Baseline"])
def test_an_accept_is_shown_too(tier):
    caption, _ = marked(wide(tier=tier, ingress=[rule("Accept")]))
    assert "accepts shop/web" in caption
