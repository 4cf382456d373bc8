"""Both sides laid over each other: random grants, compared with asking one flow at a time."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.model.ports import PortSet
from netpol_lab.reach.connectivity import combine
from netpol_lab.reach.grants import Grant
from netpol_lab.reach.port_classes import PortClasses

SIZE, PODS = 5, 0b00111
PORTS = st.sampled_from(
    [PortSet.every(), PortSet.of("TCP", 80), PortSet.of("TCP", 80, 90), PortSet.of("UDP", 53)]
)
SOME = st.integers(0, 2**SIZE - 1)
GRANTS = st.lists(st.builds(Grant, PORTS, SOME, SOME), max_size=6)


def permitted(grants, source, destination):
    """The ports of all grants that are about a pair."""
    return PortSet.union(
        *(
            grant.ports
            for grant in grants
            if grant.sources >> source & 1 and grant.destinations >> destination & 1
        )
    )


@given(GRANTS, GRANTS)
def test_a_flow_passes_when_a_grant_of_each_side_lets_it(egress, ingress):
    classes = PortClasses(grant.ports for grant in (*egress, *ingress))
    found = combine(SIZE, PODS, egress, ingress, classes)
    for source in range(SIZE):
        for destination in range(SIZE):
            parts = [
                ports
                for ports, ends in found.rows[found.row_ids[source]]
                if ends >> destination & 1
            ]
            both = permitted(egress, source, destination) & permitted(ingress, source, destination)
            one_is_a_pod = PODS >> source & 1 or PODS >> destination & 1
            assert len(parts) <= 1
            assert 0 not in parts
            assert classes.ports(sum(parts)) == (both if one_is_a_pod else PortSet())


@given(GRANTS, GRANTS)
def test_sources_that_the_same_grants_are_about_share_a_row(egress, ingress):
    classes = PortClasses(grant.ports for grant in (*egress, *ingress))
    found = combine(SIZE, 2**SIZE - 1, egress, ingress, classes)
    about = {
        source: [bool(grant.sources >> source & 1) for grant in (*egress, *ingress)]
        for source in range(SIZE)
    }
    for one in range(SIZE):
        for other in range(SIZE):
            if about[one] == about[other]:
                assert found.row_ids[one] == found.row_ids[other]
