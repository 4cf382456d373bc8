"""What people call is explained: what goes in, what comes out, and an example that runs."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import get_type_hints

import pytest

import netpol_lab as lab
from netpol_lab.model.cluster import Cluster

# What public functions take or return, and people use without importing it.
CLASSES = {
    "Cluster": "model.cluster",
    "Flow": "model.flows",
    "Pod": "model.objects",
    "Policy": "model.objects",
    "PortSet": "model.ports",
    "Verdict": "engine.verdict",
}


def _public() -> Iterator[tuple[str, object]]:
    """Yield the public functions, and the methods of public classes and of what is returned."""
    for name, home in {**lab._HOMES, **CLASSES}.items():
        found = getattr(import_module(f"netpol_lab.{home}"), name)
        if inspect.isfunction(found):
            yield name, found
            found = _returned(found, import_module(f"netpol_lab.{home}"))
        if inspect.isclass(found):
            yield from _methods(found)


def _returned(function: object, module: object) -> object:
    name = str(inspect.signature(function).return_annotation)
    return getattr(module, name, None)


def _methods(cls: type) -> Iterator[tuple[str, object]]:
    for base in reversed(cls.__mro__):  # what overrides comes last, and counts
        for name, found in vars(base).items():
            function = getattr(found, "__func__", found)
            ours = base.__module__.startswith("netpol_lab")
            if ours and inspect.isfunction(function) and not name.startswith("_"):
                yield f"{cls.__name__}.{name}", function


PUBLIC = dict(_public())


@pytest.mark.parametrize("name", PUBLIC)
def test_what_people_call_is_explained(name: str) -> None:
    function = PUBLIC[name]
    said = inspect.getdoc(function) or ""
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters if p not in ("self", "cls")]
    returns = str(signature.return_annotation)
    wanted = {
        "Parameters\n": bool(parameters),
        "Returns\n": returns not in ("None", "NoReturn"),
        "Examples\n": True,
    }
    assert [words for words, is_needed in wanted.items() if is_needed and words not in said] == []


def test_much_is_public() -> None:
    assert len(PUBLIC) > 80
    assert get_type_hints(lab.load)["return"] is Cluster


def test_the_front_door_offers_at_most_30_names_and_says_them_all() -> None:
    assert len(lab.__all__) <= 30
    assert [name for name in lab.__all__ if f"`{name}`" not in (lab.__doc__ or "")] == []
