"""What makes pods that are missing, from all that is passed over in a folder."""

import netpol_lab as lab
from tests.helpers.written import write

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, labels: {app: %s}}\n"
    "spec: {containers: [{name: c, image: x}]}\n"
)


def test_what_is_left_out_beside_a_kustomization_makes_pods_that_are_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    files = {
        "kustomization.yaml": "namespace: shop\nresources: [web.yaml]",
        "web.yaml": POD % ("web", "web"),
        "task.yaml": POD % ("task", "task"),
    }
    cluster = lab.load(write(tmp_path, files))
    assert [str(pod) for pod in cluster.pods] == ["shop/web"]
    (maker,) = cluster.pod_makers
    assert (maker.kind, maker.name, maker.namespace) == ("Pod", "task", "shop")


def test_templates_and_values_of_a_folder_are_kept_in_mind(tmp_path):
    files = {
        "web.yaml": POD % ("web", "web"),
        "chart/Chart.yaml": "name: store",
        "chart/values.yaml": "name: store",
        "chart/templates/store.yaml": POD % ("{{ .Values.name }}", "store"),
        "alerts.yaml": "groups: []",
    }
    cluster = lab.load(write(tmp_path, files))
    names = [file.name.removeprefix(f"{tmp_path}/") for file in cluster.unread]
    assert sorted(names) == ["chart/Chart.yaml", "chart/templates/store.yaml", "chart/values.yaml"]


def test_a_left_out_file_that_is_broken_is_no_complaint(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    files = {"kustomization.yaml": "resources: []", "broken.yaml": "kind: Pod\nspec: [\n"}
    cluster = lab.load(write(tmp_path, files))
    assert cluster.pod_makers == ()


def side_by_side(folder, *texts):
    return lab.load(write(folder, {f"{i}.yaml": text for i, text in enumerate(texts)}))


def test_what_another_object_of_its_name_replaces_is_a_variant_with_pods_of_its_own(tmp_path):
    one, other = POD % ("web", "a"), POD % ("web", "b")
    found = side_by_side(tmp_path, one, other)
    assert [(m.kind, m.labels, m.complete) for m in found.pod_makers] == [
        ("Pod", {"app": "a"}, True)
    ]
    assert found.replaced == {"Pod default/web"}
    assert side_by_side(tmp_path, one, one).replaced == frozenset()
    assert lab.load(f"{one}---\n{other}").replaced == frozenset()  # the last word counts


def test_a_service_that_is_replaced_matters_by_its_type(tmp_path):
    inner, outer, other = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        f"spec: {{type: {kind}, selector: {{app: {app}}}, ports: [{{port: 80}}]}}\n"
        for kind, app in (("ClusterIP", "a"), ("NodePort", "b"), ("ClusterIP", "b"))
    )
    assert side_by_side(tmp_path, inner, outer).replaced == {"Service default/web"}
    assert side_by_side(tmp_path, inner, other).replaced == frozenset()
