"""The nouns: what they are called when printed."""

from netpol_lab.model.objects import ContainerPort, Direction, PolicyPort, Protocol, Rule


def test_ports_and_rules_read_like_words():
    assert str(PolicyPort(port="http")) == "TCP http"
    assert str(PolicyPort(Protocol.UDP)) == "UDP (any port)"
    assert str(PolicyPort(port=80, end_port=90)) == "TCP 80-90"
    rule = Rule(Direction.EGRESS, 1)
    assert (rule.number, rule.path) == (2, "spec.egress[1]")


def test_an_init_container_listens_only_as_a_sidecar():
    assert ContainerPort("a", 80).listens
    assert not ContainerPort("a", 80, in_init_container=True).listens
    assert ContainerPort("a", 80, in_init_container=True, in_sidecar=True).listens


def test_the_other_end_is_asked_in_the_opposite_direction():
    assert [direction.opposite for direction in Direction] == list(Direction)[::-1]
