"""Who names a Service."""

from netpol_lab.model.named_services import Backend, Mention


def test_a_backend_is_told_by_its_ingress():
    assert str(Backend("shop/front", "shop/web", 80)) == "Ingress shop/front"


def test_a_mention_is_told_by_its_variable_and_its_workload():
    assert str(Mention("shop", "Pod", "web", "DB", "db", 5432)) == "DB of Pod web"
