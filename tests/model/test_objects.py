"""The nouns: what they are called when printed."""

from netpol_lab.model.objects import (
    ContainerPort,
    Direction,
    Operator,
    PolicyPort,
    Protocol,
    Requirement,
    Rule,
    Selector,
    spelt,
)


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


def test_ports_and_rules_read_like_words():
    assert str(PolicyPort(port="http")) == "TCP http"
    assert str(PolicyPort(Protocol.UDP)) == "UDP (any port)"
    assert str(PolicyPort(port=80, end_port=90)) == "TCP 80-90"
    rule = Rule(Direction.EGRESS, 1)
    assert (rule.number, rule.path) == (2, "spec.egress[1]")
    assert spelt("") == '""'


def test_an_init_container_listens_only_as_a_sidecar():
    assert ContainerPort("a", 80).listens
    assert not ContainerPort("a", 80, in_init_container=True).listens
    assert ContainerPort("a", 80, in_init_container=True, in_sidecar=True).listens


def test_the_other_end_is_asked_in_the_opposite_direction():
    assert [direction.opposite for direction in Direction] == list(Direction)[::-1]
