"""The fields of an exercise: what they stand for when some are left out."""

from netpol_lab.checks.expectation_file import ProbePort
from netpol_lab.course.exercise_file import ExerciseFile, address_of


def test_without_ports_the_goal_is_about_the_port_of_the_picture():
    assert ExerciseFile(port=80).asked == (ProbePort(80),)
    assert ExerciseFile(port=80, ports=(ProbePort(53, "UDP"),)).asked == (ProbePort(53, "UDP"),)
    assert ExerciseFile().asked == ()


def test_an_address_may_have_a_name_before_it():
    file = ExerciseFile(outside=["198.51.100.1", ["internet", "203.0.113.7"]])
    assert file.outsiders == ("198.51.100.1", ("internet", "203.0.113.7"))
    assert file.captions == {"internet": "203.0.113.7"}


def test_an_address_is_written_everywhere_in_the_same_way():
    assert address_of(("internet", "2001:DB8:0::1")) == address_of("2001:db8::1") == "2001:db8::1"
