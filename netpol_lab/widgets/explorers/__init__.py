"""Explorers: one subject each, to be turned in every direction by mouse, keyboard or code.

Each has a card (`selector`, `ipblock`, `service_port`, `policy_types`, `enforcement`); three have
their facts and their drawing beside it, one of them both in one module (`service_port_walk`).
What all share is in `base` and `drawing`.
"""
