"""Labels and selectors: what they are called when printed."""

from netpol_lab.model.selectors import Operator, Requirement, Selector, spelt


def test_requirements_read_like_words():
    wanted = (
        Requirement("a", Operator.IN, ("1", "2")),
        Requirement("b", Operator.EXISTS),
        Requirement("c", Operator.DOES_NOT_EXIST),
        Requirement("d", Operator.NOT_IN, ("3",)),
    )
    assert str(Selector(wanted)) == "a in (1, 2), b (any value), no label c, d not in (3)"
    assert str(Selector()) == "everything"
    assert str(Requirement("a", Operator.IN, ("",))) == 'a=""'
    assert spelt("") == '""'
