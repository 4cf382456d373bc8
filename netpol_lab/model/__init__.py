"""What is there: pods, policies, flows, and sets of ports and addresses, as frozen data.

Enter at `cluster.Cluster`, which holds everything a set of manifests declares, and `flows.Flow`.
May import `errors` only.
"""
