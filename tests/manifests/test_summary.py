"""What a policy says, in one line."""

import pytest

import netpol_lab as lab
from netpol_lab.manifests.summary import policy_words

POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
"""


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("{}", "every pod: no ingress"),
        ("{ingress: [{}]}", "every pod: any ingress"),
        ("{policyTypes: [Egress]}", "every pod: no egress"),
        ("{policyTypes: [Ingress, Egress]}", "every pod: no ingress; no egress"),
        ("{egress: [{ports: [{port: 53, protocol: UDP}]}]}",
         "every pod: no ingress; egress to anyone, only on UDP 53"),
        ("{ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]}",
         "every pod: ingress only from every pod of the namespace or every pod of every namespace"),
        ("{ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}], ports: [{port: 1, "
         "endPort: 9}, {}]}]}",
         "every pod: ingress only from every pod of namespaces with a=b on TCP 1-9 "
         "or TCP (any port)"),
        ("{ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}]}"
         "]}",
         "every pod: ingress only from every pod of namespace a"),
    ],
)  # fmt: skip
def test_a_policy_fits_in_one_line(spec, words):
    assert policy_words(lab.load(f"{POLICY.rstrip()} {spec}").policies[0]) == words
