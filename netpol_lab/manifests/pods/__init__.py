"""What makes pods, and which pods it makes.

`workloads` makes those of Deployments and their like, as many as `asked_labels` has to tell apart;
`custom_kinds` reads what is no part of Kubernetes; `pod_rights` says who may make more.
What makes pods that are not here is collected in `missing_pods`, with what `left_out` tells of
files that are not read.
"""
