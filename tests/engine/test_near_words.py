"""What a near miss wants, in words; test_explain asks for whole verdicts."""

import netpol_lab as lab
from netpol_lab.engine.near_miss import misses
from netpol_lab.engine.near_words import near


def test_everything_that_a_rule_wants_is_told():
    shop = lab.load(
        "three-tier",
        """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: strict, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress: [{from: [{podSelector: {matchLabels: {role: cache}}}], ports: [{port: 443}]}]
""",
    )
    side = lab.evaluate(shop, "web", "db", port=5432).ingress
    said = [near(miss, side, shop) for miss in misses(shop, side)]
    assert (
        "closest: rule 1 of shop/strict wants role=cache, shop/web has role=web; "
        "wants TCP 443, the flow uses TCP 5432"
    ) in said
