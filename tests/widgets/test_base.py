"""What stays of a widget in a stored notebook."""

from __future__ import annotations

import ipywidgets

from netpol_lab.widgets.base import Stored


class Button(Stored, ipywidgets.Button):
    words = "a button"
    svg = "<svg/>"


def test_a_stored_widget_is_its_words_and_its_picture() -> None:
    button = Button()
    data, metadata = button._repr_mimebundle_()
    view = data.pop("application/vnd.jupyter.widget-view+json")
    assert view["model_id"] == button.model_id
    assert data == {"text/plain": "a button", "image/svg+xml": "<svg/>"}
    assert metadata == {}


def test_its_words_are_kept_inside_other_widgets() -> None:
    assert repr(ipywidgets.VBox([Button()])) == "VBox(children=(a button,))"
