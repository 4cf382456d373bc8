"""Predictions, driven as a learner drives them; and their answers, against the referee's."""

import json

import pytest
import yaml
from ipywidgets import HTML, Button, Dropdown, RadioButtons
from ipywidgets.widgets.widget import _instances

import netpol_lab as lab
from netpol_lab.course import progress
from netpol_lab.course.practice.chapters import deal
from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.errors import FlowError, NetpolError, UnknownNameError
from netpol_lab.pictures.scene import compose
from netpol_lab.widgets.prediction import in_a_grid, in_a_list
from tests.helpers.boards import inside
from tests.referee import naive
from tests.referee.random_clusters import random_cluster

SHOP = lab.load("three-tier")


@pytest.fixture(autouse=True)
def begin_anew():
    progress.reset()


def button(widget, words):
    return next(found for found in inside(widget, Button) if found.description == words)


@pytest.fixture
def guess():
    return lab.predict(SHOP, port=5432)


def test_nothing_is_marked_at_the_start(guess):
    assert [field.value for field in inside(guess, RadioButtons)] == [None] * 6
    assert guess.words.count("not marked") == 6


def mark_all(guess, **wrong):
    """Mark every connection as it is, but those that are named by source the other way round."""
    for arc in guess._arcs.values():
        ends = arc.source.name, arc.destination.name
        turned = wrong.get(arc.source.caption) == arc.destination.caption
        guess.mark(*ends, (arc.state == "allowed") is not turned)


def test_checking_without_a_mark_reveals_nothing(guess):
    assert guess.check() == "6 connections are not marked yet."
    assert guess.svg == ""


def test_a_check_gives_nothing_away_while_a_connection_is_not_marked(guess):
    mark_all(guess, web="db")
    guess.mark("db", "web", None)
    assert guess.check() == "1 connection is not marked yet."
    assert guess.svg == ""
    assert "it is" not in guess.words
    assert not any("right" in html.value for html in inside(guess, HTML))


def test_a_wrong_mark_is_answered_by_the_reasons_of_the_verdict(guess):
    mark_all(guess, web="db")
    said = guess.check()
    assert said.startswith("5 of 6 right on TCP 5432.\n\nweb -> db: ")
    assert "web -> db: you marked it allowed, it is blocked." in said
    assert str(lab.evaluate(SHOP, "web", "db", port=5432)) in said


def test_all_right_is_said_without_more_words(guess):
    mark_all(guess)
    assert guess.check() == "6 of 6 right on TCP 5432."
    assert guess.right == 6


def test_a_mark_can_be_changed_and_taken_away(guess):
    guess.mark("web", "db", allowed=True)
    guess.mark("web", "db", allowed=False)
    assert guess.right == 1
    guess.mark("web", "db", None)
    assert guess.right == 0
    assert guess.check() == "6 connections are not marked yet."


def test_radio_buttons_and_the_button_do_what_mark_and_check_do(guess):
    field = next(f for f in inside(guess, RadioButtons) if f.description == "web -> db")
    mark_all(guess)
    field.value = "allowed"
    button(guess, "Check").click()
    assert any("you marked it allowed" in html.value for html in inside(guess, HTML))


def test_the_picture_comes_when_all_is_marked_and_checked(guess):
    mark_all(guess)
    guess.check()
    data, _ = guess._repr_mimebundle_()
    assert data["image/svg+xml"] == lab.draw(SHOP, port=5432).svg


def test_only_the_wanted_connections_are_asked_in_their_order():
    guess = lab.predict(SHOP, port=5432, flows=[("db", "web"), ("shop/web", "db")])
    fields = [field.description for field in inside(guess, RadioButtons)]
    assert fields == ["db -> web", "web -> db"]


def test_pods_of_several_namespaces_are_called_by_their_full_names():
    guess = lab.predict(lab.load("neighbours"), port=80)
    assert "blog/reader -> shop/db" in guess.words


def test_an_outside_address_is_called_by_its_caption():
    guess = lab.predict(SHOP, port=80, outside=[("internet", "203.0.113.7")])
    assert "internet -> web" in guess.words
    mark_all(guess)
    guess.mark("203.0.113.7", "web", allowed=True)
    assert guess.check().startswith("12 of 12 right")


@pytest.mark.parametrize(("ends", "message"), [(("wed", "db"), "web"), (("db", "db"), "not asked")])
def test_a_mark_on_nothing_says_what_is_meant(guess, ends, message):
    with pytest.raises(UnknownNameError, match=message):
        guess.mark(*ends, allowed=True)


def test_a_flow_that_is_not_in_the_picture_is_refused():
    with pytest.raises(UnknownNameError, match="not in the picture"):
        lab.predict(SHOP, port=80, flows=[("web", "203.0.113.7")])


def test_a_connection_without_a_right_answer_is_not_asked():
    with pytest.raises(FlowError, match="leave it out"):
        lab.predict(SHOP, protocol="ICMP", flows=[("web", "db")])
    asked = lab.predict(SHOP, protocol="ICMP").words
    assert "web -> db" not in asked
    assert "db -> web" in asked


def test_what_is_no_pair_is_refused_in_words():
    with pytest.raises(FlowError, match="is not a pair of names"):
        lab.predict(SHOP, port=80, flows=["web"])


def test_a_prediction_leaves_its_questions_in_the_notebook(guess):
    data, _ = guess._repr_mimebundle_()
    assert data["text/plain"] == repr(guess)
    assert "blocked  " not in data["text/plain"]
    assert "image/svg+xml" not in data


# --- the grid -------------------------------------------------------------------------------


@pytest.fixture
def grid():
    return lab.predict(SHOP, port=80, outside=[("internet", "203.0.113.7")])


def test_many_connections_are_asked_in_a_grid_of_sources_and_destinations(grid):
    fields = list(inside(grid, Dropdown))
    assert len(fields) == 12
    assert fields[0].tooltip == "internet -> web"
    assert [value for _, value in fields[0].options] == ["", "allowed", "blocked"]


def test_a_grid_has_a_cell_for_each_pair_and_names_for_rows_and_columns(grid):
    (box,) = grid._body.children
    names = [cell.value for cell in box.children if isinstance(cell, HTML)]
    assert len(box.children) == 5 * 5
    assert [any(f">{name}<" in html for html in names) for name in ("web", "internet")] == [
        True
    ] * 2


def test_only_some_of_many_connections_are_a_list_all_the_same():
    pairs = [(a, b) for a in ("web", "db") for b in ("backend", "203.0.113.7")]
    guess = lab.predict(SHOP, port=80, flows=pairs, outside=["203.0.113.7"])
    assert len(list(inside(guess, RadioButtons))) == 4


def test_a_wrong_mark_is_framed_in_the_grid_as_well_as_named(grid):
    mark_all(grid, internet="web")
    assert "internet -> web: you marked it blocked, it is allowed." in grid.check()
    framed = [ends for ends, box in grid._form.frames.items() if "#d55e00" in box.layout.border_top]
    assert framed == [("203.0.113.7", "shop/web")]


# --- the score ------------------------------------------------------------------------------


def test_the_first_check_of_a_round_counts(guess):
    assert repr(guess.score) == "not checked yet"
    mark_all(guess, web="db")
    guess.check()
    mark_all(guess)
    guess.check()
    assert repr(guess.score) == "this round 5 of 6 right"


def test_rounds_add_up_and_the_best_is_recorded():
    guess = lab.predict(SHOP, port=5432, chapter="02")
    for wrong in ({"web": "db"}, {}):
        mark_all(guess, **wrong)
        guess.check()
        asked = len(guess._arcs)
        guess.another("easy")
    assert repr(guess.score) == f"not checked yet, {5 + asked} of {6 + asked} in 2 rounds"
    assert progress.recorded().predictions["02"].rounds == 2


def test_without_a_chapter_nothing_is_recorded(guess):
    mark_all(guess)
    guess.check()
    assert progress.recorded().predictions == {}


# --- another one ----------------------------------------------------------------------------


def test_another_one_shows_the_new_cluster_and_forgets_the_last_answer():
    guess = lab.predict(SHOP, port=5432, chapter="04")
    mark_all(guess)
    guess.check()
    said = guess.another("hard")
    assert said.startswith("Hard: ")
    assert "kind: NetworkPolicy" in said
    assert "not marked" in said
    assert guess.svg == ""
    assert "right on TCP" not in said


def test_the_button_deals_at_the_level_that_is_chosen_and_never_the_same_twice():
    guess = lab.predict(SHOP, port=5432, chapter="04")
    level = next(field for field in inside(guess, Dropdown) if field.description == "Level")
    level.value = "medium"
    texts = set()
    for _ in range(3):
        button(guess, "Another one").click()
        texts.add(guess.words)
    assert len(texts) == 3
    assert all(text.startswith("Medium: ") for text in texts)


def test_another_day_goes_on_with_other_clusters():
    guess = lab.predict(SHOP, port=5432, chapter="04")
    first = guess.another("easy")
    mark_all(guess)
    guess.check()
    assert lab.predict(SHOP, port=5432, chapter="04").another("easy") != first


def test_without_a_chapter_there_is_no_such_button(guess):
    assert [found.description for found in inside(guess, Button)] == ["Check"]
    with pytest.raises(NetpolError, match='chapter="04"'):
        guess.another()


def test_another_cluster_lets_go_of_the_form_before():
    guess = lab.predict(SHOP, port=5432, chapter="01")
    guess.another("hard")
    before = len(_instances)
    for _ in range(3):
        guess.another("hard")
    assert len(_instances) < before + 60


def test_an_outside_end_is_marked_by_its_caption_too():
    guess = lab.predict(
        SHOP, 5432, flows=[("internet", "db")], outside=[("internet", "203.0.113.7")]
    )
    guess.mark("internet", "db", False)
    assert guess.check().startswith("1 of 1 right")


def test_a_service_is_no_end_of_a_picture():
    market = lab.load("market")
    with pytest.raises(FlowError, match="is a Service: name one of its pods"):
        lab.predict(market, 6379, flows=[("cart/api-1", "svc/cart/store")])


def test_a_protocol_without_ports_needs_no_port():
    assert lab.draw(SHOP, 80, "ICMP").text.startswith("ICMP: ")


def test_a_level_or_a_chapter_that_is_none_is_said_in_words():
    with pytest.raises(UnknownNameError, match='there is no chapter "44"'):
        lab.predict(SHOP, port=5432, chapter="44")
    with pytest.raises(UnknownNameError, match='there is no level "heavy"'):
        lab.predict(SHOP, port=5432, chapter="04").another("heavy")


# --- the answers are the referee's ----------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_the_right_answers_in_random_clusters_are_those_of_the_referee(seed):
    documents = random_cluster(seed)
    listed = {"kind": "List", "apiVersion": "v1", "items": documents}
    referee, cluster = naive.Cluster(documents), lab.load(json.dumps(listed))
    arcs = compose(cluster, 80).arcs
    known = [(a.source.name, a.destination.name) for a in arcs if a.state != "undefined"]
    guess = lab.predict(cluster, 80, flows=known)
    for pair in known:
        guess.mark(*pair, referee.allowed(*pair, 80))
    assert guess.right == len(known)


@pytest.mark.parametrize("chapter", [f"{number:02}" for number in range(1, 12)])
@pytest.mark.parametrize("level", LEVELS)
def test_the_right_answers_about_dealt_clusters_are_those_of_the_referee(chapter, level):
    guess = lab.predict(SHOP, port=5432, chapter=chapter)
    for seed in range(1, 5):
        guess.another(level)
        dealt = deal(chapter, level, seed)
        referee = naive.Cluster(list(yaml.safe_load_all(dealt.manifests)))
        for pair in dealt.flows:
            guess.mark(*pair, referee.allowed(*pair, dealt.port, dealt.protocol))
        assert guess.check().startswith(f"{len(dealt.flows)} of {len(dealt.flows)} right")


def test_an_address_that_is_not_drawn_is_offered_to_be_drawn():
    with pytest.raises(NetpolError, match=r'outside=\["203\.0\.113\.7"\]'):
        lab.predict(lab.load("three-tier"), port=80, flows=[("203.0.113.7", "web")])


# --- forms ---

CAPTIONS = {("a/web", "a/db"): "web -> db", ("a/db", "a/web"): "db -> web"}
NAMES = {"a/web": "web", "a/db": "db"}


def test_a_list_has_a_question_for_each_connection():
    form = in_a_list(CAPTIONS, NAMES)
    assert [field.description for field in form.box.children] == list(CAPTIONS.values())
    assert {field.value for field in form.fields.values()} == {form.unmarked}


def test_a_grid_has_sources_as_rows_and_destinations_across():
    form = in_a_grid(CAPTIONS, NAMES)
    cells = form.box.children
    assert len(cells) == 3 * 3
    assert cells[5] is form.frames["a/web", "a/db"]
    assert {field.value for field in form.fields.values()} == {form.unmarked}


def test_a_name_that_is_shown_cannot_be_html():
    form = in_a_grid({}, {"a/<b>": "a/<b>"})
    assert "a/<wbr>&lt;b&gt;" in form.box.children[1].value
