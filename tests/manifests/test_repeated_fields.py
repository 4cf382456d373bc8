"""Fields that are written twice, and what a server that is not strict makes of them."""

import json

import pytest

from netpol_lab import load
from netpol_lab.errors import ManifestError
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.repeated_fields import merged

HEAD = '"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}'


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"podSelector": {"matchLabels": {"a": "1"}}, "podSelector": {"matchLabels": {"b": "2"}}}',
         {"podSelector": {"matchLabels": {"a": "1", "b": "2"}}}),
        ('{"podSelector": {"matchLabels": {"a": "1"}}, "podSelector": null}',
         {"podSelector": {"matchLabels": {"a": "1"}}}),
        ('{"podSelector": {"matchLabels": {"a": "1"}, "matchLabels": null}}',
         {"podSelector": {"matchLabels": None}}),
        ('{"ingress": [{"ports": [{"port": 80, "endPort": 90}]}, {}], "ingress": [{}]}',
         {"ingress": [{"ports": [{"port": 80, "endPort": 90}]}]}),
        ('{"ingress": [{"from": [{"podSelector": {}}]}],'
         ' "ingress": [{"from": [{"namespaceSelector": {}}]}]}',
         {"ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {}}]}]}),
        ('{"ingress": [{}], "ingress": []}', {"ingress": []}),
        ('{"ingress": [{}], "ingress": null}', {"ingress": None}),
        ('{"policyTypes": ["a", "b"], "policyTypes": ["c"], "policyTypes": ["d", null]}',
         {"policyTypes": ["d", "b"]}),
        ('{"policyTypes": ["a", "b"], "policyTypes": [], "policyTypes": ["d", null]}',
         {"policyTypes": ["d", None]}),
    ],
)  # fmt: skip
def test_a_repeated_field_is_written_over_the_other(text, kept):
    assert merged(text, (), api.NetworkPolicySpec) == kept


def test_an_object_within_a_list_is_found_and_merged():
    text = '{"kind": "List", "items": [{"spec": {"podSelector": {}}, "spec": {"egress": []}}]}'
    assert merged(text, ("items", 0), api.NetworkPolicy) == {
        "spec": {"podSelector": {}, "egress": []}
    }


PORTS = '{"ports": [{"port": 80, "endPort": 90}], "ports": [{"port": 81}]}'


def test_ports_written_twice_in_json_are_merged_by_a_lenient_server():
    cluster = load(f'{{{HEAD}, "spec": {{"ingress": [{PORTS}]}}}}', strict=False)
    assert cluster.policies[0].ingress[0].ports[0].end_port == 90
    assert "merges" in cluster.dropped[0].hint


def test_ports_written_twice_in_yaml_are_the_last_ones():
    ports = "ports: [{port: 80, endPort: 90}]\n    ports: [{port: 81}]"
    text = "".join(f"{key}: {value}\n" for key, value in json.loads(f"{{{HEAD}}}").items())
    cluster = load(f"{text}spec:\n  ingress:\n  - {ports}\n", strict=False)
    assert cluster.policies[0].ingress[0].ports[0].end_port is None
    assert "last one" in cluster.dropped[0].hint


def test_objects_in_json_that_are_written_twice_are_not_told_to_put_dashes():
    with pytest.raises(ManifestError) as error:
        load(f'{{{HEAD}, "spec": {{}}, "spec": {{"egress": []}}}}')
    (complaint,) = error.value.complaints
    assert complaint.message == 'duplicate field "spec"'
    assert "merges" in complaint.hint
