"""Whether one flow is allowed, and why: the only room that knows what a rule means.

Enter at `verdict.evaluate`; what a rule means is in `semantics`.
May import `manifests` and the rooms above it.
"""
