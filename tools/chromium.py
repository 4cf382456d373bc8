"""Find a Chromium (or Chrome, or Edge) for the browser tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from environment import ToolError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
# Where Windows and macOS keep them; neither puts them on the PATH.
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
)
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find_chromium(python: Path) -> str | None:
    """Return the browser to test with: the one named in CHROMIUM, an installed one, or none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named_browser(named)
    return installed_browser() or playwright_browser(python)


def named_browser(named: str) -> str:
    """Return the browser that the user asked for; a wrong name is an error."""
    found = shutil.which(named)
    if not found:
        raise ToolError(
            f"CHROMIUM is set to {named!r}, which is not a program that can be started."
        )
    return found


def installed_browser() -> str | None:
    """Return the first browser on the PATH or in one of the usual places."""
    places = [os.path.expandvars(place) for place in PLACES]
    found = [shutil.which(name) for name in (*NAMES, *places)]
    return next(filter(None, found), None)


def playwright_browser(python: Path) -> str | None:
    """Return the browser that `playwright install chromium` has fetched, if it was ever run."""
    try:
        answer = subprocess.run(
            [str(python), "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return shutil.which(answer.stdout.strip())
