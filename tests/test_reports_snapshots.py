"""Stored answers are compared by meaning: order and formatting count for nothing."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netpol_lab as lab
from netpol_lab.errors import NetpolError
from netpol_lab.ports import PortSet
from netpol_lab.reach import Connection, reachability
from netpol_lab.reports.reach import Listing, Question
from netpol_lab.reports.snapshots import (
    as_flows,
    differences,
    format_of_snapshot,
    read,
    spoken_ports,
)

LISTING = Listing(reachability(lab.load("three-tier")), Question())
FLOWS = as_flows(LISTING.connections())
TCP, UDP = PortSet.of("TCP", 80, 90), PortSet.of("UDP", 53)

port_sets = st.lists(
    st.builds(
        lambda protocol, pair: PortSet.of(protocol, *sorted(pair)),
        st.sampled_from(["TCP", "UDP", "SCTP"]),
        st.tuples(st.integers(1, 65535), st.integers(1, 65535)),
    )
).map(lambda sets: PortSet.union(*sets))


def changes(then, now):
    flows = ({("a", "b"): parts} for parts in (then, now))
    return [(sign, ports) for sign, _, _, ports in differences(*flows)]


@given(port_sets)
def test_words_mean_the_ports_they_came_from(ports):
    assert spoken_ports(str(ports) if ports else "") == ports


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_what_was_written_is_read_back(tmp_path, suffix):
    file = tmp_path / f"reach.{suffix}"
    lines = LISTING.lines(format_of_snapshot(str(file)))
    file.write_text("".join(f"{line}\n" for line in lines))
    assert read(str(file)) == FLOWS


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_what_is_left_open_is_read_back(tmp_path, monkeypatch, suffix):
    open_ = [Connection("a/x", "b/y", TCP, UDP), Connection("a/x", "::-fff", PortSet(), TCP | UDP)]
    monkeypatch.setattr("netpol_lab.reports.reach.asked", lambda reach, question: iter(open_))
    file = tmp_path / f"reach.{suffix}"
    file.write_text("\n".join(LISTING.lines(format_of_snapshot(str(file)))))
    assert read(str(file)) == as_flows(open_)


def test_order_and_formatting_count_for_nothing(tmp_path):
    held = json.loads("\n".join(LISTING.data()))
    random.Random(1).shuffle(held["connections"])
    file = tmp_path / "reach.json"
    file.write_text(json.dumps(held, indent=7, sort_keys=True))
    assert not [*differences(read(str(file)), FLOWS)]


def test_gained_lost_and_left_open_are_told_apart():
    nothing = PortSet()
    assert changes((nothing, nothing), (TCP, nothing)) == [("+", "TCP 80-90")]
    assert changes((TCP, nothing), (nothing, nothing)) == [("-", "TCP 80-90")]
    assert changes((TCP, nothing), (nothing, TCP)) == [("?", "TCP 80-90")]
    assert changes((nothing, UDP), (nothing, nothing)) == [("?", "UDP 53")]
    assert changes((TCP, UDP), (TCP, UDP)) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.json", "[]", "is not what `netpol-lab reach` writes"),
        ("x.json", "{", "is not what"),
        (
            "x.json",
            '{"connections": [{"from": "a", "to": "b", "ports": {"TCP": [[0, 1]]}}]}',
            "0-1",
        ),
        ("x.json", '{"port": 80, "names": [], "cells": []}', "connections"),
        ("x.csv", "a,b\n1,2\n", "is not what"),
        ("x.txt", "a -> \n", "is not what"),
        ("x.txt", "a -> b  TCP http\n", "--update"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, name, text, words):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(NetpolError) as refused:
        read(str(file))
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["x.svg", "x", "x.html"])
def test_only_what_can_be_read_back_is_a_snapshot(name):
    with pytest.raises(NetpolError, match="end"):
        format_of_snapshot(name)


def test_a_missing_file_says_how_to_write_it(tmp_path):
    with pytest.raises(NetpolError, match="--update writes"):
        read(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", "[" * 100_000),
        ("x.csv", f"from,to,ports,undefined\n{'x' * 200_000},b,,\n"),
        ("x.csv", ""),
        ("x.txt", "a -> b  TCP 80\n"),
        ("x.txt", "<<<<<<< ours\na -> b  TCP 80\n\n1 connection: all pods\n"),
    ],
)
def test_what_is_broken_is_never_taken_for_an_answer(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(NetpolError, match="is not what"):
        read(str(tmp_path / name))


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_two_answers_about_the_same_ends_are_refused(tmp_path, monkeypatch, suffix):
    twice = [Connection("a/x", "b/y", TCP, UDP), Connection("a/x", "b/y", UDP, UDP)]
    monkeypatch.setattr("netpol_lab.reports.reach.asked", lambda reach, question: iter(twice))
    file = tmp_path / f"reach.{suffix}"
    file.write_text("\n".join(LISTING.lines(format_of_snapshot(str(file)))))
    with pytest.raises(NetpolError, match="twice"):
        read(str(file))


def test_a_stored_name_cannot_speak_to_the_terminal():
    found = differences({("a\x1b[31m", "b\nc"): (TCP, TCP)}, {})
    assert all(str(difference).isprintable() for difference in found)
