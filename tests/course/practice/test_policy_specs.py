"""Random specs: every one is a policy that the API server takes, and every shape comes up."""

from random import Random

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.course.practice import policy_specs as specs
from netpol_lab.course.practice.objects import numbered, sketch_pods

PODS = sketch_pods(Random(1), ["garden"] * 4, tiers=True)
NAMES = [one.name for one in PODS]
KINDS = {
    "without_rules": lambda rng: specs.without_rules(rng, [{}]),
    "of_tier": lambda rng: specs.of_tier(rng, NAMES, tricky=True),
    "with_peers": lambda rng: specs.with_peers(rng, PODS, "garden"),
    "with_rules": lambda rng: specs.with_rules(rng, NAMES[0], NAMES),
    "with_directions": lambda rng: specs.with_directions(rng, NAMES),
    "with_ports": lambda rng: specs.with_ports(rng, PODS[0], PODS, 8080),
    "either_way": lambda rng: specs.either_way(rng, NAMES),
    "with_blocks": lambda rng: specs.with_blocks(rng, NAMES),
    "one_direction": lambda rng: specs.one_direction(rng, NAMES),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_spec_is_legal_and_they_differ(kind):
    rng = Random(kind)
    drawn = numbered("garden", [KINDS[kind](rng) for _ in range(30)])
    assert len(lab.load(yaml.safe_dump_all(drawn)).policies) == 30
    assert len({str(one["spec"]) for one in drawn}) > 2


def test_a_rule_may_have_no_peers_or_no_ports():
    rng = Random(1)
    rules = [specs.with_rules(rng, NAMES[0], NAMES).get("ingress") for _ in range(60)]
    assert None in rules
    assert [] in rules
    assert any(rule == {} for some in rules if some for rule in some)


def test_selectors_are_written_as_the_api_has_them():
    assert specs.labelled(app="web") == {"matchLabels": {"app": "web"}}
    assert specs.only("web") == [{"podSelector": {"matchLabels": {"app": "web"}}}]
    term = {"key": "tier", "operator": "DoesNotExist"}
    assert specs.expression("tier", "DoesNotExist") == {"matchExpressions": [term]}
    assert specs.others(["a", "b"], "a") == ["b"]
