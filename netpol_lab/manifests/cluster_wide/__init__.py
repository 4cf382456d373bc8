"""Cluster-wide policies as custom resources: what their definitions say, and what they mean.

Enter by `stored.stored` (an object as the server stores it) and `policies.cluster_policy` (to the
model). Not in here: what NetworkPolicies do with nulls, defaults and unknown fields, which differs.
"""
