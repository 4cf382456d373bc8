"""NP6xx: callers that are evidently meant, and that policies cut off.

Clients of a Service that is open to the outside, the proxy of an Ingress, a pod whose own settings
name a Service, or anybody at all.
"""
