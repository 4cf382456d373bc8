"""Ask axe-core, a checker of accessibility, about a part of a page; nothing is fetched for it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.helpers.reading_back import READERS, need

AXE = READERS / "node_modules" / "axe-core" / "axe.min.js"

# What WCAG 2.2 asks for at levels A and AA, and what axe calls best practice.
TAGS = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
    "best-practice",
]

_RUN = """async (node, tags) => {
  const { violations } = await axe.run(node, {
    runOnly: tags, resultTypes: ["violations"], elementRef: false,
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) =>
    `${id}: ${help}\\n  ${node.html.slice(0, 300)}\\n  ${node.failureSummary.replace(/\\s+/g, " ")}`
  ));
}"""


def load_axe(page: Page) -> None:
    """Put axe-core into a page; without it the test is skipped, or fails where it has to be.

    The <body> of JupyterLab has no height and hides what overflows, which browsers apply to the
    window instead. axe takes it literally: to it, nothing on the page could be seen.
    """
    need(AXE.exists(), "axe-core")
    page.add_style_tag(content="body { height: 100vh; }")
    page.evaluate(AXE.read_text("utf-8"))


def violations(part: Locator) -> list[str]:
    """Return what axe-core finds wrong with a part of a page that `load_axe` was called for."""
    found: list[Any] = part.evaluate(_RUN, TAGS)
    return [str(line) for line in found]
