"""Bars for exposure and isolation."""

import netpol_lab as lab
from netpol_lab.pictures.charts.bars import BAR, plot_coverage, plot_exposure
from netpol_lab.pictures.shapes import Rect, Text
from tests.pictures.charts.test_counts import UNDEFINED

TOWN = lab.load("neighbours")


def test_exposure_says_before_and_after_for_each_namespace():
    lines = plot_exposure(TOWN.with_policies([]), TOWN.with_policies(["default-deny-ingress"])).text
    assert "shop       100% -> 0%" in lines


def test_a_namespace_where_nobody_listens_has_no_number():
    assert "blog       -" in plot_exposure(TOWN).text


def test_coverage_counts_pods():
    assert (
        "shop       2 of 2   0 of 2"
        in plot_coverage(TOWN.with_policies(["default-deny-ingress"])).text
    )


def test_coverage_says_which_pods_it_does_not_count():
    assert plot_coverage(town_with(1)).text.endswith(
        "edge       1 of 1   0 of 1\nNot counted: 1 pod on its node's network."
    )
    assert "Not counted: 2 pods on their node's network." in plot_coverage(town_with(2)).text
    assert "Not counted" not in plot_coverage(town_with(0)).text


def test_coverage_says_of_both_clusters_which_pods_it_does_not_count():
    foot = "Pale: before. Dark: after. Not counted: "
    assert plot_coverage(town_with(2), town_with(0)).text.endswith(
        f"{foot}2 -> 0 pods on their node's network."
    )
    assert plot_coverage(town_with(1), town_with(1)).text.endswith(
        f"{foot}1 pod on its node's network."
    )


def town_with(number):
    """Return an isolated pod beside some on their node's network."""
    pods = [("web", "false"), *((f"agent-{n}", "true") for n in range(number))]
    return lab.load(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata: {name: deny, namespace: edge}\nspec: {podSelector: {}}\n---\n"
        + "\n---\n".join(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: edge}}\n"
            f"spec: {{hostNetwork: {on_node}, nodeName: n1, containers: [{{name: c, image: c}}]}}"
            for name, on_node in pods
        )
    )


def test_what_the_two_shades_mean_is_said_only_where_there_are_two():
    assert "Pale: before" in plot_coverage(TOWN, TOWN).text
    assert "Pale: before" not in plot_coverage(TOWN).text


def test_an_empty_cluster_has_an_empty_chart():
    assert plot_coverage(lab.load("")).text.splitlines()[2] == "namespace"


def test_nothing_is_written_outside_the_paper():
    for picture in (plot_exposure(lab.load("market"), TOWN), plot_coverage(TOWN)):
        sheet = picture.scene.sheet
        boxes = [shape.box for shape in sheet.walk() if isinstance(shape, Text)]
        assert all(b.x >= 0 and b.right <= sheet.width and b.bottom <= sheet.height for b in boxes)


def test_what_is_undefined_is_hatched_and_said():
    found = plot_exposure(lab.load(UNDEFINED))
    assert "b          -         50-100%           100%     100%" in found.text
    assert found.text.splitlines()[-2].startswith("Hatched: undefined. A range goes from")
    bars = [s.box for s in found.scene.sheet.walk() if isinstance(s, Rect)]
    whole = [box for box in bars if box.width == BAR]
    striped = [
        (box.x, box.right)
        for box in bars
        if any(box.x == w.x + BAR / 2 and box.y == w.y for w in whole)
    ]
    assert len(striped) == 1
    assert "Hatched" not in plot_exposure(TOWN).text
    assert "Hatched" in found.scene.desc


def test_coverage_does_not_call_open_what_cluster_wide_policies_decide():
    said = str(lab.plot_coverage(lab.load("two-teams")))
    assert "The others are open" not in said
    assert "Cluster-wide policies decide as well." in said
