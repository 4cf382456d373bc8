"""Findings: what is legal in Kubernetes and probably not meant, most with a flow that proves it.

Enter at `run.lint`. A check is a function of a `context.Context`, and of a policy where it is about
one; it yields findings. What the codes mean is in `codes`; flows to try are in `probes`, and
`witnesses` tells which of them proves something.
"""
