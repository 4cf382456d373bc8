"""NP307: what keeps this check quiet."""

from tests.helpers.linted import codes, policy

DNS = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"


def test_the_other_end_may_answer_with_any_rule_that_fits():
    to_web = policy(
        "policyTypes: [Egress], egress: ["
        f"{{to: [{{podSelector: {{matchLabels: {{app: web}}}}}}], ports: [{{port: 8080}}]}}, {DNS}]"
    )
    web = "{{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{ports: [{{port: {}}}]}}]}}"
    assert codes(to_web, policy(web.format("http"), "web")) == []
    assert codes(to_web, policy(web.format(9999), "web")) == ["NP310", "NP307"]
