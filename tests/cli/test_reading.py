"""What several commands read: manifests, as leniently as asked, and assumptions."""

import argparse

import pytest

from netpol_lab.cli.options import add_assume, add_namespace, add_paths
from netpol_lab.cli.reading import assumptions_of, print_warnings, read_cluster
from netpol_lab.errors import NetpolError


def typed(*words):
    sub = argparse.ArgumentParser()
    for add in (add_paths, add_namespace, add_assume):
        add(sub)
    return sub.parse_args(words)


def test_what_is_not_assumed_stays_as_usual():
    assumed = assumptions_of(typed("x", "--assume", "enforced=false", "--assume", "end-port=false"))
    assert (assumed.enforced, assumed.end_port, assumed.strict_cidr) == (False, False, True)
    assert assumed.icmp_filtered is None


def test_an_open_question_can_be_left_open_again():
    assert assumptions_of(typed("x", "--assume", "icmp_filtered=open")).icmp_filtered is None


def test_a_near_name_is_offered():
    with pytest.raises(NetpolError, match="Did you mean enforced"):
        assumptions_of(typed("x", "--assume", "enforce=true"))


def test_a_cluster_is_read_as_leniently_as_asked(tmp_path, capsys):
    file = tmp_path / "x.yaml"
    file.write_text(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, "
        "spec: {podSelector: {}, extra: 1}}"
    )
    cluster = read_cluster(typed(str(file), "--lenient"))
    print_warnings(cluster)
    assert "extra" in capsys.readouterr().err


def test_ranges_of_unknown_addresses_are_assumed():
    found = assumptions_of(
        typed("x", "--pod-cidr", "10.244.0.0/16", "--pod-cidr", "fd00::/48", "--node-cidr", "::/0")
    )
    assert [*map(str, found.pod_cidrs)] == ["10.244.0.0/16", "fd00::/48"]
    assert [*map(str, found.node_cidrs)] == ["::/0"]


def test_who_assumes_a_range_by_name_is_told_the_option():
    with pytest.raises(NetpolError, match=r"write --pod-cidr 10\.0\.0\.0/8"):
        assumptions_of(typed("x", "--assume", "pod_cidrs=10.0.0.0/8"))


def test_addresses_of_a_name_are_collected():
    found = assumptions_of(
        typed("x", "--name", "API.example.com.=192.0.2.1", "--name", "api.example.com=192.0.2.2")
    )
    assert {name: [*map(str, its)] for name, its in found.domain_names.items()} == {
        "api.example.com": ["192.0.2.1", "192.0.2.2"]
    }


@pytest.mark.parametrize("text", ["api", "api=", "=192.0.2.1", "api=x", "*.example.com=192.0.2.1"])
def test_a_name_needs_addresses(text, capsys):
    with pytest.raises(SystemExit):
        typed("x", "--name", text)
    assert "argument --name: " in capsys.readouterr().err


def test_names_are_an_option_of_their_own():
    with pytest.raises(NetpolError, match="write --name NAME=ADDRESS"):
        assumptions_of(typed("x", "--assume", "domain_names=a"))
