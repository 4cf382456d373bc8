"""The board driven from code; what the browser makes of it is tested in `browser/`."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import ipywidgets
import pytest

import netpol_lab as lab
from netpol_lab.engine import verdict
from netpol_lab.engine.explain import describe_pod
from netpol_lab.errors import AmbiguousNameError, FlowError, NetpolError, UnknownNameError
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Flow
from netpol_lab.model.objects import Namespace, Pod, Policy
from netpol_lab.model.selectors import NAME_LABEL
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.svg import paint
from netpol_lab.widgets.board import FEW_PODS, Board
from tests.helpers.boards import board_of, checkbox, field, html_of, inside

WEB_TO_DB = "flow:shop/web>shop/db"
PICTURES = pytest.mark.parametrize("picture", ["svg", "html"])


@pytest.fixture
def shop() -> Cluster:
    return lab.load("three-tier")


# --- what it starts with --------------------------------------------------------------------


def test_all_policies_are_on_when_nothing_is_said(shop: Cluster) -> None:
    assert lab.explore(shop).cluster.policies == shop.policies


def test_on_names_the_policies_that_are_on(shop: Cluster) -> None:
    board = board_of(shop, on=["db-access-ingress"])
    assert [policy.name for policy in board.cluster.policies] == ["db-access-ingress"]
    assert checkbox(board, "db-access-ingress").value
    assert not checkbox(board, "backend-access-ingress").value


def test_each_policy_says_in_words_what_it_does(shop: Cluster) -> None:
    assert "ingress only from pods with app=myapp, role=backend" in html_of(board_of(shop))


def test_a_cluster_without_policies_has_a_board_too(shop: Cluster) -> None:
    assert "none in this cluster" in html_of(lab.explore(shop.with_policies([])))


def test_addresses_outside_are_drawn(shop: Cluster) -> None:
    board = board_of(shop, outside=[("internet", "203.0.113.7")])
    assert "outside the cluster has no policy" in board.choose("203.0.113.7", "db")
    assert board.choose("internet", "db") == board.choose("203.0.113.7", "db")
    assert "outside the cluster" in board.choose("203.0.113.7")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on": ["db-acess-ingress"]}, "Did you mean shop/db-access-ingress"),
        ({"port": 70000}, "70000 is not a port"),
        ({"port": "postgress"}, "Did you mean postgres?"),
        ({"picture": "png"}, "There are: html, svg."),
        ({"outside": ["internet"]}, "is not an IP address"),
    ],
)
def test_a_board_that_cannot_be_is_refused_kindly(
    shop: Cluster, options: dict[str, object], message: str
) -> None:
    with pytest.raises(NetpolError, match=message):
        board_of(shop, **options)


# --- it only shows what the public functions say --------------------------------------------


def test_the_board_shows_what_the_functions_return(shop: Cluster) -> None:
    board = board_of(shop)
    board.set(db_access_ingress=True)
    before, now = shop.with_policies([]), shop.with_policies(["db-access-ingress"])
    scene = compose(now, 5432, before=before, live=True)
    assert board.svg == paint(scene)
    assert board.flows() == scene.text
    assert board.choose("web", "db") == str(lab.evaluate(now, "web", "db", port=5432))
    assert board.choose("db") == describe_pod(now, now.pod("db"))


def test_what_is_taken_for_granted_is_handed_on(shop: Cluster) -> None:
    board = board_of(shop, on=None, assumptions=lab.Assumptions(enforced=False))
    assert "6 of 6 connections allowed" in board.flows()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The flows that the engine judges one by one, whoever asks it."""
    found: list[object] = []

    def noted(cluster: Cluster, flow: Flow, *rest: object) -> verdict.Verdict:
        found.append(flow)
        return judge(cluster, flow, *rest)

    judge = verdict.judge
    monkeypatch.setattr(verdict, "judge", noted)  # `evaluate` does its work there
    return found


@PICTURES
def test_a_switched_policy_asks_for_no_verdict(
    shop: Cluster, picture: str, judged: list[object]
) -> None:
    board = board_of(shop, picture=picture)
    assert checkbox(board, "as a table").value
    board.set(db_access_ingress=True)
    checkbox(board, "backend-access-ingress").value = True
    assert "ingress: isolated by db-access-ingress" in html_of(board).replace("<wbr/>", "")
    assert "ingress: rule 1 of db-access-ingress" in board.flows()
    assert judged == []


def test_a_switched_policy_asks_for_the_verdict_on_what_is_chosen_once(
    shop: Cluster, judged: list[object]
) -> None:
    board = board_of(shop)
    board.choose("web", "db")
    judged.clear()
    board.set(db_access_ingress=True)
    assert str(board.verdict) == board.choose("web", "db")
    assert board.why().startswith(str(board.verdict))
    assert [str(flow) for flow in judged] == ["shop/web -> shop/db  TCP 5432"]


# --- set ------------------------------------------------------------------------------------


@PICTURES
def test_set_switches_a_policy_by_keyword(shop: Cluster, picture: str) -> None:
    board = board_of(shop, picture=picture)
    board.set(db_access_ingress=True)
    assert checkbox(board, "db-access-ingress").value
    assert "5 of 6 connections allowed" in board.flows()
    board.set(db_access_ingress=False)
    assert not checkbox(board, "db-access-ingress").value
    assert "6 of 6 connections allowed" in board.flows()


def test_set_takes_full_names_a_port_and_a_protocol(shop: Cluster) -> None:
    board = board_of(shop)
    board.set({"shop/db-access-ingress": True}, port=8080, protocol="udp")
    assert (board.port, board.protocol) == (8080, "UDP")
    assert field(board, "Port").value == "8080"
    assert field(board, "Protocol").value == "UDP"
    assert [policy.name for policy in board.cluster.policies] == ["db-access-ingress"]


def test_set_marks_what_its_policies_changed(shop: Cluster) -> None:
    board = board_of(shop)
    board.set(db_access_ingress=True)
    assert 'data-changed="closed"' in board.svg
    board.set(port=80)
    assert 'data-changed="closed"' not in board.svg


def test_setting_what_is_so_changes_no_picture(shop: Cluster) -> None:
    board = board_of(shop)
    board.set(db_access_ingress=True)
    board.set(backend_access_ingress=False)
    assert "1 blocked" in board.flows()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"db_acces_ingress": True}, UnknownNameError, "Did you mean db_access_ingress"),
        ({"port": 0}, FlowError, "0 is not a port"),
        ({"port": "pstgres"}, UnknownNameError, "Did you mean postgres?"),
        ({"protocol": "T C P"}, FlowError, "there is no protocol"),
    ],
)
def test_a_wrong_set_is_refused_and_changes_nothing(
    shop: Cluster, settings: dict[str, object], error: type[Exception], message: str
) -> None:
    board = board_of(shop)
    before = board.svg, board.flows(), board.port, board.protocol
    with pytest.raises(error, match=message):
        board.set({"db-access-ingress": True}, **settings)
    assert (board.svg, board.flows(), board.port, board.protocol) == before
    assert not checkbox(board, "db-access-ingress").value


def test_a_policy_is_switched_with_true_or_false_only(shop: Cluster) -> None:
    with pytest.raises(TypeError, match="True or False"):
        board_of(shop).set(db_access_ingress="off")


# --- the controls, as the browser moves them ------------------------------------------------


def test_ticking_a_checkbox_redraws(shop: Cluster) -> None:
    board = board_of(shop)
    checkbox(board, "db-access-ingress").value = True
    assert "5 of 6 connections allowed" in board.flows()
    assert "blocked, just closed" in html_of(board)


def test_choosing_a_protocol_redraws(shop: Cluster) -> None:
    board = board_of(shop)
    field(board, "Protocol").value = "SCTP"
    assert board.flows().startswith("SCTP 5432")


@pytest.mark.parametrize(("typed", "port"), [("8080", 8080), (" 80 ", 80), ("postgres", 5432)])
def test_a_port_can_be_typed_as_number_or_name(shop: Cluster, typed: str, port: int) -> None:
    board = board_of(shop, port=1)
    field(board, "Port").value = typed
    assert board.port == port
    assert field(board, "Port").value == str(port)


@pytest.mark.parametrize("typed", ["70000", "0", "-1", "no such", "<b>", "5432.0"])
def test_a_wrong_port_gives_a_message_and_keeps_the_picture(shop: Cluster, typed: str) -> None:
    board = board_of(shop)
    field(board, "Port").value = typed
    assert "The picture still shows TCP 5432." in html_of(board)
    assert "<b>" not in html_of(board)
    assert board.port == 5432
    field(board, "Port").value = "80"
    assert "The picture still shows" not in html_of(board)


def test_a_fault_in_the_program_is_shown_too(
    shop: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = board_of(shop)
    monkeypatch.setattr("netpol_lab.widgets.board.paint", lambda scene: 1 / 0)
    checkbox(board, "db-access-ingress").value = True
    assert "ZeroDivisionError" in html_of(board)
    assert not checkbox(board, "db-access-ingress").value


def test_the_table_can_be_put_away_and_stays_away(shop: Cluster) -> None:
    board = board_of(shop)
    table = next(html for html in inside(board, ipywidgets.HTML) if "<table" in html.value)
    checkbox(board, "as a table").value = False
    board.set(db_access_ingress=True)
    assert table.layout.display == "none"


def test_a_long_table_starts_closed() -> None:
    pods = tuple(Pod("shop", f"pod-{number}") for number in range(5))
    board = lab.explore(Cluster(pods=pods, namespaces={"shop": Namespace("shop")}))
    assert not checkbox(board, "as a table").value


# --- choose ---------------------------------------------------------------------------------


@PICTURES
def test_choosing_a_flow_gives_its_verdict(shop: Cluster, picture: str) -> None:
    board = board_of(shop, picture=picture, on=None)
    assert "no rule admits shop/web" in board.choose("web", "db")
    assert board.selected == WEB_TO_DB
    assert board.verdict is not None
    assert board.verdict.allowed is False


@PICTURES
def test_choosing_a_pod_gives_its_isolation(shop: Cluster, picture: str) -> None:
    board = board_of(shop, picture=picture, on=None)
    assert "isolated by shop/db-access-ingress" in board.choose("shop/db")
    assert board.verdict is None


def test_the_choice_stays_and_follows_the_policies(shop: Cluster) -> None:
    board = board_of(shop)
    assert "allowed" in board.choose("web", "db")
    board.set(db_access_ingress=True)
    assert board.selected == WEB_TO_DB
    assert board.verdict is not None
    assert board.verdict.allowed is False


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        (("wed", "db"), '"wed"'),
        (("web", "web"), "shop/web to shop/web is not in the picture"),
        (("203.0.113.9", "web"), "is not in the picture"),
        (("203.0.113.9",), "is not in the picture"),
    ],
)
def test_choosing_what_is_not_there_is_refused(
    shop: Cluster, ends: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UnknownNameError, match=message):
        board_of(shop).choose(*ends)


def test_a_key_the_picture_does_not_have_explains_nothing(shop: Cluster) -> None:
    board = board_of(shop)
    board.choose("db")
    board.children[1].selected = "flow:no>where"
    assert board.children[1].explanation == ""
    assert board.verdict is None


# --- why ------------------------------------------------------------------------------------


def test_why_says_what_the_verdict_says_and_shows_the_lines_and_the_change(shop: Cluster) -> None:
    board = board_of(shop, on=["db-access-ingress"])
    said = board.choose("web", "db")
    assert board.why().startswith(said)
    assert "\n  >           role: backend\n" in board.why()
    assert "\n  +       role: web\n" in board.why()


def test_why_of_a_pod_shows_what_isolates_it(shop: Cluster) -> None:
    board = board_of(shop, on=["db-access-ingress"])
    said = board.choose("db")
    assert board.why().startswith(said)
    assert "\n  >   podSelector:\n" in board.why()


def test_why_of_an_outside_address_is_its_words(shop: Cluster) -> None:
    board = board_of(shop, outside=["203.0.113.7"])
    assert board.choose("203.0.113.7") == board.why()


def test_why_without_a_choice_says_how_to_choose(shop: Cluster) -> None:
    assert 'board.choose("shop/web", "shop/backend")' in board_of(shop).why()
    assert "board.choose(" in lab.explore(Cluster(), port=80).why()


@PICTURES
def test_the_picture_shows_what_why_says(shop: Cluster, picture: str) -> None:
    board = board_of(shop, on=["db-access-ingress"], picture=picture)
    board.choose("web", "db")
    assert board._picture.details in board.why()._repr_html_()
    board.set(db_access_ingress=False)
    assert "No policy decides this." in board._picture.details
    board._picture.selected = ""
    assert board._picture.details == ""


def crowd(pods: int) -> Cluster:
    names = (f"metadata: {{name: p{n}, namespace: shop}}" for n in range(pods))
    texts = [f"kind: Pod\napiVersion: v1\n{name}" for name in names]
    return lab.load("\n---\n".join(texts)).with_policies([Policy("shop", "shut")])


def change_button(board: Board) -> ipywidgets.Button:
    return next(inside(board, ipywidgets.Button))


def test_in_a_large_cluster_the_smallest_change_is_asked_for() -> None:
    board = lab.explore(crowd(FEW_PODS + 1), port=80)
    board.choose("p0", "p1")
    button = change_button(board)
    assert button.layout.display == ""
    assert "smallest change" not in board._picture.details
    button.click()
    assert "smallest change" in board._picture.details
    board.choose("p1")
    assert button.layout.display == "none"


def test_in_a_small_cluster_there_is_nothing_to_ask_for(shop: Cluster) -> None:
    board = board_of(shop, on=["db-access-ingress"])
    board.choose("web", "db")
    assert change_button(board).layout.display == "none"


# --- names ----------------------------------------------------------------------------------


@pytest.fixture
def twins() -> Cluster:
    """Two namespaces with a policy of the same name, and a name with a dot."""
    names = ("shop", "blog")
    return Cluster(
        namespaces={name: Namespace(name, {NAME_LABEL: name}) for name in names},
        pods=tuple(Pod(name, "web") for name in names),
        policies=(Policy("shop", "deny"), Policy("blog", "deny"), Policy("blog", "v1.deny-all")),
    )


def test_several_namespaces_make_full_names(twins: Cluster) -> None:
    board = board_of(twins)
    assert checkbox(board, "shop/deny") is not checkbox(board, "blog/deny")
    board.set({"blog/deny": True})
    assert [str(policy) for policy in board.cluster.policies] == ["blog/deny"]


def test_an_ambiguous_keyword_is_refused_with_what_to_write(twins: Cluster) -> None:
    with pytest.raises(AmbiguousNameError, match=r'board.set\(\{"shop/deny": True\}\)'):
        board_of(twins).set(deny=True)


def test_a_keyword_has_underscores_for_hyphens_and_dots(twins: Cluster) -> None:
    board = board_of(twins)
    board.set(v1_deny_all=True)
    assert [str(policy) for policy in board.cluster.policies] == ["blog/v1.deny-all"]


def test_hostile_names_are_escaped_everywhere() -> None:
    evil = "<img src=x onerror=alert(1)>&\"'"
    cluster = Cluster(
        namespaces={"shop": Namespace("shop", {NAME_LABEL: "shop"})},
        pods=(Pod("shop", "web"), Pod("shop", evil, {evil: evil})),
        policies=(Policy("shop", evil),),
    )
    for picture in ("svg", "html"):
        board = lab.explore(cluster, picture=picture)
        ElementTree.fromstring(board.svg)
        assert "<img" not in board.svg + html_of(board)


# --- what stays in a stored notebook --------------------------------------------------------


@PICTURES
def test_the_stored_form_is_words_and_picture(shop: Cluster, picture: str) -> None:
    board = board_of(shop, picture=picture)
    for widget in (board, board.children[1]):
        data, metadata = widget._repr_mimebundle_()
        assert data["text/plain"] == repr(widget) == board.flows()
        assert data["image/svg+xml"] == board.svg
        assert "application/vnd.jupyter.widget-view+json" in data
        assert isinstance(metadata, dict)


@PICTURES
def test_the_stored_form_is_the_same_every_time(shop: Cluster, picture: str) -> None:
    def stored() -> list[str]:
        board = board_of(shop, picture=picture)
        board.set(db_access_ingress=True)
        data, _ = board._repr_mimebundle_()
        return [data["text/plain"], data["image/svg+xml"], repr(ipywidgets.VBox([board]))]

    first = stored()
    assert first == stored()
    assert " at 0x" not in "".join(first)


# --- what is imported when ------------------------------------------------------------------

WITHOUT_ANYWIDGET = """
import sys
sys.modules["anywidget"] = None
import netpol_lab as lab
from netpol_lab.errors import NetpolError
shop = lab.load("three-tier")
board = lab.explore(shop, 5432, picture="html")
board.set(db_access_ingress=False)
print(board.choose("web", "db").splitlines()[0])
try:
    lab.explore(shop)
except NetpolError as error:
    print(error)
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_html_picture_needs_no_anywidget() -> None:
    first, second = run(WITHOUT_ANYWIDGET).splitlines()
    assert first == "shop/web -> shop/db  TCP 5432: allowed"
    assert "needs the package anywidget" in second
    assert 'picture="html"' in second


def test_the_engine_imports_no_widgets() -> None:
    program = (
        "import sys, netpol_lab as lab; lab.evaluate(lab.load('three-tier'), 'web', 'db', 80);"
        "print([m for m in ('ipywidgets', 'anywidget', 'traitlets') if m in sys.modules])"
    )
    assert run(program).strip() == "[]"


def test_cluster_wide_policies_have_switches_of_their_own():
    board = lab.explore(lab.load("two-teams"), port=5432)
    assert board.choose("page", "db").splitlines()[0].endswith("denied")
    board.set(guard_the_shop=False)
    assert board.verdict.allowed is True
    board.set({"ClusterNetworkPolicy guard-the-shop": True})
    assert board.verdict.allowed is False
    board.set(guard_the_shop=False)
    board.reset()
    assert len(board.cluster.cluster_policies) == 3


def test_no_policy_at_all_may_be_on():
    board = lab.explore(lab.load("two-teams"), port=5432, on=[])
    assert (board.cluster.policies, board.cluster.cluster_policies) == ((), ())
    only = lab.explore(lab.load("two-teams"), port=5432, on="closed-by-default").cluster
    assert [str(policy) for policy in only.cluster_policies] == [
        "ClusterNetworkPolicy closed-by-default"
    ]
