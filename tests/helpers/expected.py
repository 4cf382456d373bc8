"""A small file of tests, and what comes of running it."""

from netpol_lab.checks.expectations import run

CASE = """\
name: small
manifests: |
  apiVersion: v1
  kind: Pod
  metadata: {name: a, namespace: x}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: b, namespace: x}
  ---
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: p, namespace: x}
"""


def outcome(tmp_path, rest, start=CASE):
    """What a run of the file finds, with more lines at its end."""
    file = tmp_path / "case.yaml"
    file.write_text(start + rest, encoding="utf-8")
    return run([file])
