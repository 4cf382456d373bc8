"""Cluster-wide policies at the door: enter by `policies.cluster_policy`.

Imports of this room the parts that know about objects of any kind; the reader imports it.
"""
