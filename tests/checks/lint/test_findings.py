"""What a check hands over."""

from netpol_lab.checks.lint.findings import some


def test_a_few_names_are_given_and_the_rest_is_counted():
    assert some(["a"]) == "a"
    assert some(["a", "b", "c"]) == "a, b, c"
    assert some(range(9), most=1) == "0 and 8 more"
    assert some([]) == ""
