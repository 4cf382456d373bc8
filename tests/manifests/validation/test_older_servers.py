"""What only servers before v1.36 take: refused before it is applied, else warned of."""

import json

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError
from netpol_lab.manifests.loader import load_files, read_all

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "x"}}


def policy(cidr="203.0.113.5/24", excepts=(), **metadata):
    block = {"cidr": cidr, **({"except": list(excepts)} if excepts else {})}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": "x", **metadata},
        "spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": block}]}]},
    }


def text(*objects):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [POD, *objects]})


def reached(cluster, source):
    return lab.evaluate(cluster, source, "x/a", 80).allowed


STORED = [
    {"uid": "0b7b1f4e-3a61-4b0e-8f6d-6a0c35f1a001"},
    {"resourceVersion": "4711"},
    {"creationTimestamp": "2024-05-01T10:00:00Z"},
]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("metadata", STORED, ids=lambda found: next(iter(found)))
def test_a_policy_that_a_server_has_stored_is_answered_with_a_warning(metadata, strict):
    cluster = lab.load(text(policy(**metadata)), strict=strict)
    (warning,) = cluster.warnings
    assert "must not have bits set beyond the prefix length" in str(warning)
    assert "write 203.0.113.0/24" in warning.hint
    assert "since v1.36" in warning.hint
    assert "--assume strict_cidr=false" in warning.hint
    assert reached(cluster, "203.0.113.9")
    assert not reached(cluster, "198.51.100.9")


@pytest.mark.parametrize("metadata", [{}, {"creationTimestamp": None}], ids=str)
def test_one_that_is_about_to_be_applied_is_refused_and_the_hint_says_who_takes_it(metadata):
    with pytest.raises(ManifestError) as refused:
        lab.load(text(policy(**metadata)))
    (complaint,) = refused.value.complaints
    assert complaint.hint.startswith("write 203.0.113.0/24; servers before v1.36 take it")
    assert "--assume strict_cidr=false" in complaint.hint


def test_every_such_cidr_has_its_own_warning():
    cluster = lab.load(text(policy("010.0.0.0/8", ["10.1.2.3/16"], uid="u")))
    assert len(cluster.warnings) == 2
    assert not reached(cluster, "10.1.9.9")
    assert reached(cluster, "10.2.9.9")


def test_what_no_server_ever_took_is_refused_in_a_dump_as_well():
    broken = policy(uid="u")
    broken["spec"]["ingress"][0]["ports"] = [{"port": 99999}]
    with pytest.raises(ManifestError, match="between 1 and 65535") as refused:
        lab.load(text(broken))
    assert len(refused.value.complaints) == 2


def test_a_question_about_files_may_be_asked_about_older_servers(tmp_path):
    file = tmp_path / "p.json"
    file.write_text(text(policy()))
    assert len(load_files(str(file), older=True).warnings) == 1
    with pytest.raises(ManifestError):
        load_files(str(file))


def test_where_it_is_assumed_that_servers_take_it_the_server_s_own_warning_is_enough():
    assumed = lab.Assumptions(strict_cidr=False)
    (warning,) = read_all([("p", text(policy(uid="u")))], assumptions=assumed).warnings
    assert "v1.36" not in str(warning)
