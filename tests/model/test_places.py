"""Where things are written."""

from netpol_lab.model.places import Place


def test_a_place_reads_as_editors_take_it():
    assert str(Place("shop.yaml", 3, 7)) == "shop.yaml:3:7"


def test_what_no_terminal_may_get_is_spelt_out():
    assert "\x1b" not in str(Place("\x1b[2Jshop.yaml", 1, 1))
