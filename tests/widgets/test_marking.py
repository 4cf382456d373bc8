"""Forms to mark connections on: every connection has a field, and its name for everyone."""

from netpol_lab.widgets.marking import in_a_grid, in_a_list

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
