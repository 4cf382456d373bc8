"""The bar comes only on a terminal, only after a while, and leaves nothing behind."""

import io
import time

from netpol_lab.cli.reports.progress_bar import WIDTH, ProgressBar, bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def worked(stream, patience):
    with ProgressBar(stream, patience) as progress:
        progress.now("reading manifests")
        time.sleep(0.3)
    return stream.getvalue()


def test_a_file_gets_no_bar():
    assert worked(io.StringIO(), 0) == ""


def test_short_work_shows_no_bar():
    assert worked(Terminal(), 60) == ""


def test_longer_work_shows_what_is_done_and_then_wipes_it_away():
    drawn = worked(Terminal(), 0)
    assert "reading manifests  [" in drawn
    assert drawn.endswith("\r\x1b[K")


def test_after_it_was_stopped_nothing_is_drawn():
    with ProgressBar(Terminal(), 0) as progress:
        progress.stop()
        drawn = progress._stream.getvalue()
        time.sleep(0.2)
        assert progress._stream.getvalue() == drawn


def test_items_pass_through_and_are_counted():
    with ProgressBar(Terminal()) as progress:
        assert list(progress.counting("abc", "letters")) == ["a", "b", "c"]
        assert progress._done == 3


def test_the_bar_is_as_wide_at_every_moment():
    drawn = {bar("x", 0, 0, tenth / 10).find("]") for tenth in range(100)}
    assert drawn == {WIDTH + 4}
    assert f"[{'#' * WIDTH}]  100%" in bar("x", 7, 7, 1)
