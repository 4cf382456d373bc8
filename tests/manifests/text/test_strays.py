"""What lies beside manifests is passed over; what could be one never is."""

import pytest

from netpol_lab.manifests.loader import load
from netpol_lab.manifests.text.strays import MOST_TOLD, could_be_manifests, why_stray
from tests.helpers.written import write


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("values.yaml", "image: {tag: v1}", "a chart's values"),
        ("prod-values.yml", "image: {tag: v1}", "a chart's values"),
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0", "describes a chart"),
        ("package.json", '{"name": "a", "version": "1"}', "neither apiVersion nor kind, but name"),
        ("docker-compose.yml", "services: {web: {image: a}}", "a Compose file"),
        ("shop.yml", "services: {web: {image: a}}", "neither apiVersion nor kind, but services"),
        ("play.yml", "- hosts: all\n  tasks: []", "plays for Ansible"),
        ("list.json", "[1, 2]", "is a list, not an object"),
        ("paths.yaml", "- {path: /a}\n- {path: /b}", "is a list, not an object"),
        ("ops.yaml", "- {op: add}\n- {op: add}", "is a list, not an object"),
        ("mixed.yaml", "- {op: add, path: /a}\n- {name: a}", "is a list, not an object"),
        ("patch.yaml", "- {op: remove, path: /spec}", "JSON patches"),
        ("text.yaml", "only words", "only the text"),
        ("shop.yaml", "manifests_from: [.]\nexpect: []", "a file of tests"),
        ("empty.yaml", "{}", "nothing at all"),
    ],
)
def test_what_is_no_manifest_is_told_by_its_kind(name, text, words):
    import yaml

    assert words in why_stray(name, yaml.safe_load(text))
    assert not could_be_manifests(name, text)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Pod",
        "apiVersion: v1\nname: a",
        "Kind: NetworkPolicy\nmetadata: {name: a}",
        "'kind ': NetworkPolicy",
        "metadata: {name: a}\nspec: {}",
        "podSelector: {}\npolicyTypes: [Ingress]",
        "- apiVersion: v1\n  kind: Pod",
        "apiVersion v1\nkind Pod",
        "kind: [",
        "spec:\n\t- podSelector: {}",
        '{"kind": "Pod",}',
        "a: 1\n---\nkind: Pod",
        "items: [{apiVersion: v1, kind: Pod}]",
        "apiVerson: networking.k8s.io/v1\nknd: Wrong",
        "apiVerson: v1\nknd: NetworkPolicy",
    ],
)
def test_what_could_be_one_is_read_however_wrong_it_is(text):
    assert could_be_manifests("x.yaml", text)


@pytest.mark.parametrize("text", ["a: [", "{//comment\n}", "a: b: c"])
def test_what_cannot_be_read_and_names_no_object_is_passed_over(text):
    assert not could_be_manifests("x.json", text)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Pod\nmetadata: {name: {{ .Values.name }}}",
        "kind: Pod\nmetadata: {name: '{{ .Release.Name }}-a'}",
        "{{- if .Values.on }}\nkind: NetworkPolicy\n{{- end }}",
        "kind: Pod\n{% if on %}\nspec: {}\n{% endif %}",
    ],
)
def test_a_template_is_passed_over(text):
    assert not could_be_manifests("x.yaml", text)


def test_an_alert_that_quotes_a_template_is_no_template():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: '{{ $labels.x }}'}"
    assert could_be_manifests("x.yaml", text)


def test_the_templates_of_a_chart_are_known_by_their_place(tmp_path):
    write(tmp_path, {"Chart.yaml": "name: a", "templates/x.yaml": ""})
    text = "kind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: '{{ .Values.x }}'}"
    assert not could_be_manifests(str(tmp_path / "templates" / "x.yaml"), text)
    assert could_be_manifests(str(tmp_path / "x.yaml"), text)
    assert could_be_manifests(str(tmp_path / "templates" / "x.yaml"), "kind: NetworkPolicy")


@pytest.mark.parametrize(
    "text",
    [
        "kind: Pod\n$patch: delete\nmetadata: {name: a}",
        "kind: Deployment\nspec: {template: {spec: {containers: [{name: a, $patch: delete}]}}}",
        "kind: Pod\nmetadata: {name: b}\n---\nkind: Pod\n$patch: delete\nmetadata: {name: a}",
        "kind: Pod\nspec: {containers: [{name: a}, {name: b, $patch: delete}]}",
    ],
)
def test_a_patch_that_says_so_is_passed_over(text):
    assert not could_be_manifests("x.yaml", text)


@pytest.mark.parametrize("empty", ["", "# later\n", "---\n", "null\n", "--- # x\n...\n", "\n \n"])
def test_of_a_document_in_which_nothing_is_written_nothing_is_said(tmp_path, empty):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    write(tmp_path, {"all.yaml": f"{pod}---\n{empty}---\n# the end\n", "none.yaml": empty})
    cluster = load(tmp_path)
    assert (len(cluster.pods), cluster.warnings) == (1, ())


def test_beside_an_empty_document_the_other_is_the_only_one(tmp_path):
    write(tmp_path, {"words.yaml": "# first\n---\nonly words\n---\n"})
    assert [warning.document for warning in load(tmp_path).warnings] == [0]


def test_as_many_as_are_named_are_not_counted_besides(tmp_path):
    write(tmp_path, {f"{number:02}.json": "[]" for number in range(MOST_TOLD)})
    assert len(load(tmp_path).warnings) == MOST_TOLD
    write(tmp_path, {"zz.json": "[]"})
    *_, last = load(tmp_path).warnings
    assert last.message.startswith("nor are 1 more, this being the last: ")
    assert last.file.endswith("zz.json")


def test_of_a_great_many_the_first_are_named_and_the_others_counted(tmp_path):
    write(tmp_path, {f"{number:02}.json": "[]" for number in range(50)})
    warnings = load(tmp_path).warnings
    assert len(warnings) == MOST_TOLD + 1
    assert warnings[-1].file.endswith("49.json")
    assert "nor are 30 more" in warnings[-1].message


def test_empty_documents_are_passed_over_without_a_word(tmp_path):
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}}"
    cluster = load(write(tmp_path, {"a.yaml": f"---\n---\n# nothing\n---\nnull\n---\n{pod}\n"}))
    assert len(cluster.pods) == 1
    assert cluster.warnings == ()
