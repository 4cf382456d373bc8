"""Labels that a kustomization puts into a peer."""

import shutil

import pytest

import netpol_lab as lab
from tests.helpers.linted import WORLD, policy
from tests.helpers.written import write

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl")

GATEWAY = "namespaceSelector: {matchLabels: {team: gate}}, podSelector: {matchLabels: {tls: only}}"


def note_of(tmp_path, more, peer=GATEWAY):
    """The finding about a peer, in what a kustomization with more in it makes of the world."""
    text = policy(f"ingress: [{{from: [{{{peer}}}]}}]")
    files = {"kustomization.yaml": f"resources: [all.yaml]\n{more}", "all.yaml": WORLD + text}
    found = lab.lint(lab.load(write(tmp_path, files)))
    (one,) = (f for f in found if f.code == "NP203")
    return one


@needs_kubectl
def test_labels_that_a_kustomization_puts_into_a_peer_are_told(tmp_path):
    found = note_of(tmp_path, "commonLabels: {part: shop}")
    assert found.severity == "note"
    assert "The labels of a kustomization have put part=shop into it." in found.message
    assert found.hint.startswith("pods of other namespaces hardly have part=shop")


@needs_kubectl
@pytest.mark.parametrize(
    ("more", "peer"),
    [
        ("namePrefix: x-", GATEWAY),
        ("commonLabels: {tls: only}", GATEWAY),
        ("commonLabels: {part: shop}", "podSelector: {matchLabels: {tls: only}}"),
    ],
)
def test_what_is_written_or_about_pods_at_home_is_not(tmp_path, more, peer):
    assert "kustomization" not in note_of(tmp_path, more, peer).message
