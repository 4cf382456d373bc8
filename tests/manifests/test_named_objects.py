"""Which namespace an object belongs to, and which of several with one name stands."""

import pytest

from netpol_lab.errors import NetpolError, Reason
from netpol_lab.manifests.api_types import ObjectMeta, Pod
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.named_objects import NamedObjects

HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
)


def test_a_generated_name_takes_nobodys_place():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a-2}"
    made = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}"
    assert [p.name for p in load(f"{pod}\n---\n{made}\n---\n{made}").pods] == ["a-2", "a-1", "a-3"]


def test_no_number_of_a_generated_name_is_tried_twice():
    objects = NamedObjects("shop")
    pod = Pod(metadata=ObjectMeta(generate_name="web-"))
    names = [objects.keep("Pod", pod)[0][1] for _ in range(50)]
    assert names == [f"web-{number}" for number in range(1, 51)]
    assert next(objects.numbers["Pod", "web-"]) == 51


def test_what_names_no_namespace_belongs_to_the_one_that_is_given():
    bare = HEAD.replace(", namespace: shop", "")
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}"
    listed = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]"
    other = "apiVersion: v1\nkind: Namespace\nmetadata: {name: blog}"
    text = "\n---\n".join((bare, HEAD, pod, listed, other))
    found = load(text, namespace="team")
    assert [str(p) for p in found.policies] == ["team/p", "shop/p"]
    assert [str(p) for p in found.pods] == ["team/web", "team/a"]
    assert {*found.namespaces} == {"team", "shop", "blog"}
    assert str(load(pod).pods[0]) == "default/web"


def test_the_same_object_with_and_without_its_namespace_is_one():
    bare = HEAD.replace(", namespace: shop", "")
    (policy,), warned = (
        (found := load(f"{bare}\n---\n{HEAD}", namespace="shop")).policies,
        found.warnings,
    )
    assert str(policy) == "shop/p"
    assert [w.reason for w in warned] == [Reason.DUPLICATE]


@pytest.mark.parametrize("name", ["", "Shop", "a.b", "a b", "x" * 64])
def test_what_no_namespace_can_be_called_is_refused(name):
    with pytest.raises(NetpolError, match="no namespace can be called"):
        load("three-tier", namespace=name)


def test_an_object_that_another_replaces_is_told_unless_they_are_the_same():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: %s}}"
    assert load(f"{pod % 'a'}\n---\n{pod % 'a'}").warnings == ()
    (warning,) = load(f"{pod % 'a'}\n---\n{pod % 'b'}").warnings
    assert (warning.reason, warning.document) == (Reason.DUPLICATE, 2)
