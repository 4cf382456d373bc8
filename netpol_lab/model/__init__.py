"""What is there: pods, policies, flows, and sets of ports and addresses, as frozen data.

Enter at `cluster.Cluster`, which holds everything a set of manifests declares, and `flows.Flow`.
`objects` has the nouns, `selectors` what is asked of their labels.
May import `errors` only.
"""
