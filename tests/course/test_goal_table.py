"""What is wanted, as text and as tables."""

from netpol_lab.course.exercise_loader import read_exercise
from netpol_lab.course.goal_table import goal_html, goal_rows, heading_of, in_words, wanted_in_words
from netpol_lab.course.goals import Goal
from netpol_lab.course.grading import Grader
from tests.helpers.exercises import GOOD, goals


def test_a_table_has_a_line_for_each_destination():
    rows = goal_rows(goals(GOOD), read_exercise(GOOD, "x").file.captions)
    assert rows[0] == ("safe", "clerk", "internet")
    assert goal_html("a < b", rows).count("<tr>") == 1 + len(rows)
    assert "a &lt; b" in goal_html("a < b", rows)


def test_headings_and_counts_speak_of_one_port_or_of_more():
    two_ports = "port: 443\nports: [{port: 80}, {port: 443}]"
    one, two = (
        Grader(read_exercise(text, "x")) for text in (GOOD, GOOD.replace("port: 80", two_ports))
    )
    assert heading_of(one) == "Wanted on TCP 80"
    assert heading_of(two) == "Wanted on TCP 80 and on TCP 443 (the picture shows 443)"
    assert wanted_in_words(one.goals) == "6 connections are as wanted"
    assert wanted_in_words(two.goals) == "12 are as wanted (6 connections on each of 2 ports)"


def test_a_task_in_words_has_its_story_its_pods_and_its_goal():
    said = in_words(Grader(read_exercise(GOOD, "x")))
    assert "Only the clerk may come" in said
    assert "pod bank/safe has app=safe" in said
    assert "to safe\n  allowed from clerk\n  blocked from internet" in said


def test_each_port_has_one_line_unless_the_same_may_come_to_several():
    flows = [("a", 80, True), ("b", 80, False), ("a", 81, False), ("b", 81, False)]
    asked = [Goal(end, "db", port, "TCP", yes) for end, port, yes in flows]
    lines = [("db on TCP 80", "a", "b"), ("db on TCP 81", "-", "a, b")]
    assert goal_rows(asked, {}) == lines
    asked += [Goal(end, "db", 82, "TCP", False) for end in "ab"]
    assert goal_rows(asked, {})[1] == ("db on TCP 81, TCP 82", "-", "a, b")
