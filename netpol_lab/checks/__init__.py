"""What is wrong with a set of policies: lint, and tests of policies (``netpol-lab test``).

Enter at `lint.run.lint`, `expectations.run` (files) and `expectations.expect` (a cluster at hand).
May import `model`, `manifests`, `engine`, `reach` and `advice`.
"""
