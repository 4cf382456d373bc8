"""A network as a bar: in proportion, and nothing too small to be seen."""

from ipaddress import ip_network

from netpol_lab.model.objects import IPBlock
from netpol_lab.pictures.shapes import Box
from netpol_lab.widgets.explorers.scale import Scale, draw_bar


def test_parts_are_in_proportion():
    scale = Scale(ip_network("10.0.0.0/24"), Box(100, 0, 800, 30))
    assert scale.part(ip_network("10.0.0.64/26")) == Box(300, 0, 200, 30)


def test_the_smallest_part_can_still_be_seen():
    scale = Scale(ip_network("::/0"), Box(0, 0, 800, 30))
    assert scale.part(ip_network("::1/128")).width == 3


def test_few_addresses_are_drawn_one_by_one():
    block = IPBlock(ip_network("10.0.0.0/30"), (ip_network("10.0.0.1/32"),))
    scale = Scale(block.cidr, Box(0, 0, 400, 30))
    bar, *lines, hole, _ = draw_bar(scale, block)
    assert (bar.box, len(lines), hole.box) == (scale.box, 3, Box(100, 0, 100, 30))
