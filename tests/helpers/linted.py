"""The world that lint cases play in, and policies for it."""

import netpol_lab as lab
from netpol_lab.checks.lint.context import Context
from netpol_lab.model.assumptions import DEFAULTS
from tests.helpers.places import DOCS, LINT_CASES

WORLD = (LINT_CASES / "world.yaml").read_text(encoding="utf-8")
LEFT_OPEN = "NP105"  # a note that small cases would have to answer again and again


def page_rows():
    """The rows of the page for people: code, severity, what is the matter, chapter, proof."""
    lines = (DOCS / "lint.md").read_text(encoding="utf-8").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| NP")]


def policy(spec, name="p", namespace="shop"):
    """The text of a policy; for the pod db where it does not say."""
    if not spec.startswith("{"):
        spec = f"{{podSelector: {{matchLabels: {{app: db}}}}, {spec}}}"
    return (
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"
    )


def pod(name, namespace="shop", labels="", spec=""):
    """The text of a pod without an address."""
    return (
        "---\napiVersion: v1\nkind: Pod\n"
        f"metadata: {{name: {name}, namespace: {namespace}, labels: {{{labels}}}}}\n"
        f"spec: {{{spec}}}\n"
    )


def findings(*texts, **options):
    """What lint finds in the world with more in it, apart from pods left open."""
    found = lab.lint(lab.load(WORLD, *texts), **options)
    return [finding for finding in found if finding.code != LEFT_OPEN]


def codes(*texts, **options):
    """The codes of these findings."""
    return [finding.code for finding in findings(*texts, **options)]


def context(*texts):
    """The world with more in it, as lint looks at it."""
    return Context(lab.load(WORLD, *texts), DEFAULTS)
