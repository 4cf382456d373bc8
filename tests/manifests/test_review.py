"""What an API server says about a text."""

import netpol_lab as lab

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\n"


def test_a_valid_policy_is_accepted_and_said_in_words():
    review = lab.review(f"{HEAD}spec: {{podSelector: {{}}, policyTypes: [Egress]}}")
    assert review.accepted
    assert review.text == "Accepted.\ndefault/db selects every pod: no egress"


def test_every_complaint_is_there_at_once():
    review = lab.review(f"{HEAD}spec: {{podSelector: {{}}, ingres: [], egres: []}}")
    assert not review.accepted
    assert "did you mean ingress" in str(review)
    assert "did you mean egress" in str(review)


def test_a_lenient_reader_drops_fields_and_says_what_is_left():
    review = lab.review(f"{HEAD}ingress: []", strict=False)
    assert review.text.splitlines() == [
        "Accepted, but not as it is written:",
        "  line 4: ingress is unknown, so it is dropped",
        "default/db selects every pod: no ingress",
    ]


def test_text_that_is_no_yaml_is_refused_with_its_place():
    assert "<text>:" in str(lab.review("{"))


def test_one_word_is_text_and_not_the_name_of_a_file():
    assert not lab.review("three-tier").accepted


def test_of_a_field_that_stands_twice_the_last_one_counts():
    text = f"{HEAD}spec:\n  podSelector: {{}}\n  podSelector: {{matchLabels: {{a: b}}}}"
    shown = lab.review(text, strict=False).text
    assert "line 6: spec.podSelector appears twice, and only the last one counts" in shown
    assert "selects pods with a=b" in shown


def test_a_text_without_objects_has_nothing_to_store():
    assert lab.review("# nothing").text.startswith("Nothing to store")


def test_a_broken_document_does_not_keep_the_others_from_being_stored():
    good = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
    bad = "apiVersion: v1\nkind: Pod\nmetadata: {}\n"
    assert str(lab.review(good + bad)).startswith("Refused: document 2 of 2. kubectl sends each")
    assert str(lab.review(bad)).startswith("Refused. Nothing of it is stored:")


def test_a_cluster_wide_policy_is_accepted_and_said_in_words():
    text = "apiVersion: policy.networking.k8s.io/v1beta1\nkind: ClusterNetworkPolicy\n"
    text += "metadata: {name: c}\nspec: {tier: Admin, priority: 1, subject: {namespaces: {}}}"
    said = "ClusterNetworkPolicy c: tier Admin, priority 1, every pod of every namespace: no rules"
    assert str(lab.review(text)) == f"Accepted.\n{said}"


def test_the_experimental_channel_accepts_more():
    text = "apiVersion: policy.networking.k8s.io/v1beta1\nkind: ClusterNetworkPolicy\n"
    text += "metadata: {name: c}\nspec: {tier: Admin, priority: 1, subject: {namespaces: {}}, "
    text += "egress: [{action: Deny, to: [{nodes: {}}]}]}"
    assert not lab.review(text).accepted
    assert "egress Deny to every node" in str(lab.review(text, channel="experimental"))


def test_documents_that_cannot_be_read_are_counted():
    said = lab.review("a: [\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nb: {").text
    assert said.startswith("Refused: document 1 and 3 of 3. kubectl sends each by itself")
