"""Services that the API server calls."""

from netpol_lab.model.callbacks import Callback


def test_a_callback_is_known_by_its_object():
    callback = Callback("MutatingWebhookConfiguration", "defaults", "ops/hook")
    assert (str(callback), callback.port) == ("MutatingWebhookConfiguration defaults", 443)
