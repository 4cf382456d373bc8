"""Findings: what is legal in Kubernetes and probably not meant, each with a flow that proves it."""
