"""What makes pods, and which pods it makes.

`workloads` makes those of Deployments and their like, as many as `asked_labels` has to tell apart;
`custom_kinds` reads what is no part of Kubernetes; `pod_rights` says who may make more.
"""
