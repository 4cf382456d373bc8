"""Services: addresses of their own that lead to pods."""

from ipaddress import ip_address

import pytest

from netpol_lab.model.services import Service, ServicePort


def test_a_service_reads_as_its_namespace_and_name():
    assert str(Service("shop", "db")) == "shop/db"


def test_a_service_without_selector_is_told_from_one_that_selects_everything():
    assert Service("shop", "db").selector is None


def test_a_service_is_frozen():
    service = Service("shop", "db", None, (ip_address("10.96.0.1"),), (ServicePort(80, "http"),))
    with pytest.raises(AttributeError):
        service.name = "cache"
