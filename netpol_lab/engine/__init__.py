"""Whether one flow is allowed, and why: the only room that knows what a rule means.

Enter at `verdict.evaluate`, and at `explain.explain` for the reasons in words. What a rule means is
in `semantics`, and `endpoint_rules` tells how policies see the ends of a flow; `pod_sets` and
`resolution` keep the answers as sets; `service_paths` follows flows through Services; `near_miss`
finds the rule that came closest.
May import `manifests` and the rooms above it.
"""
