"""What makes pods that are not there is told by its kind."""

from netpol_lab.model.pod_makers import PodMaker


def test_a_maker_is_told_by_its_kind():
    assert str(PodMaker("Rollout (argoproj.io)", "web", "shop")) == "Rollout (argoproj.io)"


def test_makers_of_different_labels_differ():
    known, other = ({"app": "a"}, {"app": "b"})
    assert PodMaker("K", "n", "s", known) != PodMaker("K", "n", "s", other)
    assert len({PodMaker("K", "n", "s", known), PodMaker("K", "n", "s", known)}) == 1
