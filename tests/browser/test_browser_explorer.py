"""What people do with the explorer, done in a browser against a server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from browsing import TABS, Pages, hash_of, look, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from serving import Server

LOOKS = [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")]
NVIDIA = "company:nvidia@ai_chip"


def _api(server: Server, path: str) -> Any:
    with urlopen(server.url + path, timeout=30) as answer:  # noqa: S310  the server of the test
        return json.loads(answer.read())["answer"]


def _value(page: Page) -> str:
    return page.get_by_test_id("value").first.inner_text()


def _settled(page: Page, tab: str) -> None:
    """Wait until a tab shows what it is for."""
    shown = {
        "chain": ".map .company", "ranking": ".ranking-table tbody tr", "compare": "#compare-left",
        "audit": "table.counts", "conflicts": "ol.groups > li", "sparql": ".editor[data-ready='1']",
    }  # fmt: skip
    page.locator(shown[tab]).first.wait_for(timeout=10_000)


SMALL = """[...document.querySelectorAll('body *:not(math *):not(svg *)')]
  .filter(one => [...one.childNodes].some(text => text.nodeType === 3 && text.data.trim()))
  .filter(one => one.getClientRects().length && parseFloat(getComputedStyle(one).fontSize) < 11)
  .map(one => `small: ${one.outerHTML.slice(0, 120)}`).slice(0, 5)"""


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_accessible(pages: Pages, server: Server, tab: str) -> None:
    """No rule of WCAG 2.2 AA is broken, in either language and theme, and no text is below 11 pixels."""
    more = {"select": NVIDIA} if tab == "chain" else {"compare": "liquid_30"} if tab == "compare" else {}
    found = {}
    for language, theme in LOOKS:
        page = pages.show(server.url, language=language, theme=theme, tab=tab, **more)
        _settled(page, tab)
        found[language, theme] = violations(page) + look(page, SMALL)

    assert found == {look: [] for look in LOOKS}


def test_a_tier_a_company_and_an_edge_open(pages: Pages, server: Server) -> None:
    """What is clicked shows value, formula as mathematics, elasticities and sources."""
    page = pages.show(server.url, language="en")
    page.locator("[data-key='tier:ai_chip'] .hit").click()
    panel = page.locator(".panel-in")
    panel.locator("math").first.wait_for()
    height = look(page, "document.querySelector('.panel-in math').getBoundingClientRect().height")

    assert _value(page).startswith("112.1B USD")
    assert height > 12  # a fraction or a name set in the font of mathematics; without one it would have none
    assert "#select=" in page.url or "select=tier%3Aai_chip" in page.url

    page.locator(f"[data-key='{NVIDIA}']").click()
    page.locator(".panel-in h2", has_text="NVIDIA").wait_for()
    assert "82%" in panel.inner_text()

    page = pages.show(server.url, language="en", select="edge:hbm>ai_chip")
    page.locator(".panel-in h2", has_text="→").wait_for()
    assert "hbm" in panel.inner_text().lower()


def test_a_slider_moves_the_figures_as_the_engine_does(pages: Pages, server: Server) -> None:
    """What the page computes after a move is what the server answers for that value, and the link keeps it."""
    page = pages.show(server.url, language="en", select="quantity:accelerator.count")
    before = _value(page)
    slider = page.locator("input[type=range]").first
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("set="))
    told = [part.partition("=")[2] for part in page.url.partition("#")[2].split("&") if part.startswith("set=")]
    query = "&".join(f"set={one}" for one in told)
    found = _api(server, f"api/value?id=accelerator.count&period=2025&{query}")
    expected = next(row["value"] for row in found if row["index"] == {"chip": "a100_sxm"})

    assert _value(page) != before
    shown = float(
        re.sub(r"[^\d.]", "", look(page, "document.querySelector('[data-testid=value] + p').textContent")) or 0
    )
    assert abs(shown / expected - 1) < 1e-9


def test_symbols_stand_for_what_the_rule_reads(pages: Pages, server: Server) -> None:
    """A rule that names a member or an earlier period is explained by its figures, whatever is chosen."""
    page = pages.show(server.url, language="en", select="quantity:server.market", at="chip=h100_sxm")
    first = page.locator(".panel-in .legend tbody tr").first
    first.get_by_text("A100 SXM").wait_for()
    read = first.inner_text()
    first.locator("button").click()
    page.locator(".panel-in .cell-name", has_text="chip=a100_sxm").wait_for()
    opened = _value(page)
    page = pages.show(server.url, language="en", select="quantity:model.parameters", at="family=language")
    earlier = page.locator(".panel-in .legend tbody tr", has_text="2024")
    earlier.wait_for()

    assert read.endswith("112.1B USD")
    assert opened.startswith("112.1B USD")
    assert earlier.locator("td").inner_text() == "240B parameter/model"


def test_a_note_at_the_edge_of_the_map_is_as_wide_as_elsewhere(pages: Pages, server: Server) -> None:
    """Beside the panel a note moves to the left; it is not squeezed."""
    page = pages.show(server.url, language="en", select="tier:ai_server")
    note = "document.querySelector('.tip-note').getBoundingClientRect()"
    company = page.locator("[data-key='company:inspur@ai_server'] .box")
    company.hover(position={"x": 5, "y": 5})
    first = look(page, f"{note}.width")
    company.hover(position={"x": 100, "y": 5})
    edge = look(page, "document.querySelector('.map').getBoundingClientRect().right")

    assert first == look(page, f"{note}.width")
    assert first > 200
    assert look(page, f"{note}.right") <= edge


def test_a_driver_that_is_set_says_so_beside_its_print(pages: Pages, server: Server) -> None:
    """A selected driver has its own slider, and its print is marked as not used where hand or scenario set it."""
    driver = "cooling.liquid_penetration"
    page = pages.show(server.url, language="en", select=f"quantity:{driver}")
    slider = page.get_by_role("slider", name="liquid-cooling penetration")
    slider.wait_for()
    print_ = page.locator(".panel-in .given").first
    as_printed = print_.inner_text()
    slider.focus()
    page.keyboard.press("ArrowLeft")
    print_.get_by_text("set by hand").wait_for()
    page = pages.show(server.url, language="en", select=f"quantity:{driver}", scenario="liquid_30")
    page.locator(".panel-in .given .mark", has_text="set by the scenario").wait_for()

    assert "set by" not in as_printed
    assert "70 %" in as_printed
    assert _value(page).startswith("30%")


def test_a_link_opens_the_same_view(pages: Pages, server: Server) -> None:
    """Language, theme, selection, period and drivers come back from the address, to the same numbers."""
    state = {
        "language": "zh", "theme": "dark", "select": "quantity:accelerator.count", "period": "2026",
        "set": "training.utilization[period=2026]=0.45",
    }  # fmt: skip
    page = pages.show(server.url, **state)
    value, link = _value(page), page.url
    other = pages.fresh()
    other.goto(link)
    other.get_by_test_id("value").first.wait_for()

    assert value == _value(other)
    assert ("zh-CN", "dark") == (other.get_attribute("html", "lang"), other.get_attribute("html", "data-theme"))
    other.close()


def test_a_server_that_is_not_ready_is_asked_again(pages: Pages, server: Server) -> None:
    """A page that is opened while the server still warms waits for it, and does not fail."""
    pages.show(server.url)
    page = pages.fresh()
    pages.expected = "503"
    busy = iter([True])
    page.route(
        "**/api/model",
        lambda route: route.fulfill(status=503, json={"status": 503}) if next(busy, False) else route.continue_(),
    )
    page.goto(f"{server.url}#language=en")
    page.locator("html[data-ready='1']").wait_for(state="attached")

    assert next(busy, None) is None
    page.close()


def test_nonsense_in_a_link_is_passed_over(pages: Pages, server: Server) -> None:
    """Names that are not there and numbers that are none are left out; the page opens all the same."""
    page = pages.show(
        server.url, language="xx", theme="<b>", tab="chain", select="tier:nowhere", period="1066", scenario="none",
        set="training.utilization[period=2025]=Infinity",
    )  # fmt: skip
    page.locator("#head button", has_text="Copy link").click()
    link = look(page, "navigator.clipboard.readText()")

    assert 0 == page.locator(".panel-in").count()
    assert [] == [word for word in ("Infinity", "nowhere", "1066", "none", "xx") if word in link.partition("#")[2]]


def test_the_keyboard_alone_is_enough(pages: Pages, server: Server) -> None:
    """The map is one tab stop; arrows move in it, Enter opens, Escape closes, and the focus is seen."""
    page = pages.show(server.url, language="en")
    page.locator(".map [tabindex='0']").first.focus()
    first = look(page, "document.activeElement.dataset.key")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    reached = look(page, "document.activeElement.dataset.key")
    page.keyboard.press("Enter")
    page.locator(".panel-in").wait_for()

    assert first != reached
    assert reached.startswith("company:")
    page.keyboard.press("Escape")
    page.locator(".panel-in").wait_for(state="detached")


def test_search_finds_names_and_tickers(pages: Pages, server: Server) -> None:
    """A Chinese name, a part of an English one and a ticker lead to the company."""
    page = pages.show(server.url, language="en")
    for asked in ("浪潮", "inspur elec", "000977"):
        page.locator("#search").fill(asked)
        page.locator("#found [role=option]").first.wait_for()
        page.keyboard.press("Enter")
        page.locator(".panel-in h2").first.wait_for()
        assert page.locator(".panel-in h2").first.inner_text() == "Inspur Electronic Information"
        page.keyboard.press("Escape")
        page.evaluate("() => { location.hash = 'language=en' }")


def test_long_formulas_stay_in_the_panel(pages: Pages, server: Server) -> None:
    """Formulas are broken between operands and names between words; nothing is cut off, and names are words."""
    long = [
        "cooling.penetration_at_limit",
        "cloud.operating_cash_flow",
        "smart_grid.investment",
        "training.peak_compute",
    ]
    cut = """(() => {
      const [place, name] = ['.formula', '.formula mi, .formula mtext'].map(one => document.querySelector(one));
      const font = one => getComputedStyle(one).fontFamily;
      return [place.scrollWidth - place.clientWidth, font(name) === font(document.body)];
    })()"""
    found = {}
    for language in ("zh", "en"):
        for quantity in long:
            page = pages.show(server.url, language=language, select=f"quantity:{quantity}")
            page.locator(".cell-name", has_text=quantity).wait_for()
            found[language, quantity] = look(page, cut)

    assert found == {(language, quantity): [0, True] for language in ("zh", "en") for quantity in long}


def test_ranking_has_the_rows_of_the_engine(pages: Pages, server: Server) -> None:
    """The table ranks as `bullwhip exposure` does."""
    page = pages.show(server.url, language="en", tab="ranking", driver="model.parameters")
    _settled(page, "ranking")
    shown = page.locator(".ranking-table tbody tr").first.inner_text()

    first = _api(server, "api/exposure?driver=model.parameters&top=1")["rows"][0]
    assert first["label_en"] in shown
    assert "82%" in shown


def test_rows_out_of_view_follow_when_a_slider_rests(pages: Pages, server: Server) -> None:
    """Rows far from view wait for the slider; when it rests, every known market has moved."""
    page = pages.show(server.url, language="en", tab="ranking", driver="model.parameters")
    _settled(page, "ranking")
    markets = """[...document.querySelectorAll('.ranking-table tbody tr')].map(row => row.cells[7].textContent)
      .filter(market => market !== 'unknown')"""
    before = look(page, markets)
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)

    after = look(page, markets)
    assert len(before) == len(after) > 60  # more than are in view
    assert [] == [pair for pair in zip(before, after, strict=True) if pair[0] == pair[1]]


def test_totals_of_companies_are_those_of_the_engine(pages: Pages, server: Server) -> None:
    """Rows say which others hold their money; a button adds up each company, and the address keeps it."""
    page = pages.show(server.url, language="en", tab="ranking", driver="model.parameters")
    row = page.locator(".ranking-table tr", has_text="HBM").filter(has_text="SK hynix").first
    assert "⊂" in row.inner_text()
    assert "bought for" in row.inner_text()

    page.get_by_role("button", name="Totals by company").click()
    page.locator(".ranking-table.sums").wait_for()
    shown = page.locator(".sums tbody tr th").all_inner_texts()
    expected = _api(server, "api/exposure?driver=model.parameters&by=elasticity&top=500")["totals"]
    assert [total["label_en"] for total in expected] == shown
    nvidia = page.locator(".sums tr", has_text="NVIDIA").inner_text()
    assert "≥ 2.335B USD" in nvidia
    assert "at least this, from the known parts" in nvidia
    assert [] == violations(page)
    assert "totals=company" in look(page, "location.hash")


def test_language_and_theme_are_switched(pages: Pages, server: Server) -> None:
    """The buttons of the head change what they say, and the address."""
    page = pages.show(server.url, language="en", theme="light")
    page.locator("#head button", has_text="中文").click()
    page.locator("#head button", has_text="深色").click()

    assert "zh-CN" == page.get_attribute("html", "lang")
    assert "dark" == page.get_attribute("html", "data-theme")
    assert "产业链" in page.title()


def test_two_scenarios_stand_side_by_side(pages: Pages, server: Server) -> None:
    """The difference of a tier is shown, and the server says exactly what it is due to."""
    page = pages.show(server.url, language="en", tab="compare", compare="liquid_30")
    row = page.locator("table", has_text="Tiers").locator("tr", has_text="liquid-cooling market").first
    row.wait_for()

    assert ["11.25B", "26.25B", "+15B", "▲ 133%"] == row.locator("td.number").all_inner_texts()
    row.locator("button").click()
    terms = page.locator(".why-box tbody tr")
    terms.first.wait_for(timeout=10_000)
    assert "liquid-cooling penetration\t15B\t100%" == terms.first.inner_text()


def test_changes_by_hand_are_compared_with_a_scenario(pages: Pages, server: Server) -> None:
    """Without another scenario, the drivers as moved by hand stand beside the facts."""
    page = pages.show(server.url, language="zh", tab="compare", set="cooling.liquid_penetration=0.35")
    row = page.locator("tr", has=page.locator("td", has_text=re.compile("^液冷温控市场规模$"))).first
    row.wait_for()
    cells = row.locator("td.number").all_inner_texts()

    assert ["262.5亿", "131.3亿", "−131.3亿", "▼ 50%"] == cells


def test_inputs_that_differ_are_told_with_their_period(pages: Pages, server: Server) -> None:
    """An input of another period is told apart from its own of this one, and one that nobody prints is an input too."""
    state = {"language": "en", "tab": "compare"}
    changes = ["training.utilization[period=2026]=0.4", "accelerator.price[chip=gh200]=30000"]
    page = pages.show(server.url, **state)
    page.evaluate(
        "hash => { location.hash = hash }", "&".join([hash_of(state), *(hash_of({"set": c}) for c in changes)])
    )
    rows = page.locator("table", has_text="Inputs that differ").locator("tbody tr")
    rows.filter(has_text="compute utilization").wait_for()

    assert ["compute utilization · 2026", "price per accelerator · GH200"] == sorted(
        rows.locator("th").all_inner_texts()
    )
    assert ["unknown", "30K"] == rows.filter(has_text="GH200").locator("td.number").all_inner_texts()[:2]


def test_audit_shows_every_verdict_with_its_reasons(pages: Pages, server: Server) -> None:
    """Counts are those of the engine; a figure opens into what it was computed from and which print is suspect."""
    page = pages.show(server.url, language="en", tab="audit")
    _settled(page, "audit")
    summary = _api(server, "api/audit?verdict=contradicted")["summary"]
    total = page.locator("tr.sum td").all_inner_texts()
    order = ("contradicted", "within_rounding", "reproduced", "not_derivable")

    assert [str(summary[one]) for one in order] == [re.findall(r"\d+", text)[-1] for text in total]
    page.locator("#audit-filter").fill("A15")
    page.locator(".opener").first.click()
    details = page.locator("tr.details").inner_text()
    assert "3200MHz" in details
    assert "Figures most likely wrong" in details
    assert "would have to be" in details


def test_conflicts_mark_the_claim_that_is_taken(pages: Pages, server: Server) -> None:
    """Claims stand side by side, and the one that the policy takes is marked in words."""
    page = pages.show(server.url, language="zh", tab="conflicts", conflicts="value|", claims="海光信息 营业收入 2025")
    group = page.locator("ol.groups > li").first
    group.wait_for()

    assert "114" in group.locator("tr.taken").inner_text()
    assert 1 == group.get_by_role("img", name="模型取用").count()
    assert "11961.00" in group.inner_text()


def test_a_mistake_in_sparql_is_shown_where_it_is(pages: Pages, server: Server) -> None:
    """The answer to a query that cannot be read names line and column, and the editor marks the place."""
    text = "SELECT ?s WHERE {\n  ?s ?p ?o .\n}}"
    page = pages.show(server.url, language="en", tab="sparql", sparql=text)
    _settled(page, "sparql")
    pages.expected = "400"
    page.locator("#sparql-run").click()
    page.locator("[role=alert]").wait_for()

    assert "line 3, column 3" in page.locator("[role=alert]").inner_text()
    page.locator(".cm-lintRange-error").wait_for()


def test_a_named_query_is_filled_in_and_answers(pages: Pages, server: Server, tmp_path: Path) -> None:
    """An example comes with prefixes and parameters, its answer is a table, and the table can be taken away."""
    page = pages.show(server.url, language="zh", tab="sparql")
    _settled(page, "sparql")
    page.locator("#sparql-example").select_option("chain/companies_by_tier")
    page.locator("#param-tier").wait_for()
    page.wait_for_url(re.compile("query=chain"))
    page.locator(".cm-content", has_text="VALUES ?tier { tier:liquid_cooling }").wait_for()
    page.locator("#sparql-run").click()
    page.locator(".results tbody tr").first.wait_for()
    with page.expect_download() as download:
        page.locator(".save button", has_text="CSV").click()
    download.value.save_as(tmp_path / "result.csv")
    rows = (tmp_path / "result.csv").read_text(encoding="utf-8-sig").splitlines()

    assert "company,label_zh,label_en,ticker,role,segment,document,locator" == rows[0]
    assert len(rows) - 1 == page.locator(".results tbody tr").count() > 5
    page.locator("button", has_text="curl").click()
    assert look(page, "navigator.clipboard.readText()").startswith("curl -s 'http://127.0.0.1:")


def test_what_a_query_gives_is_text(pages: Pages, server: Server) -> None:
    """Markup in answers and in messages is shown as what it is, and nothing of it runs."""
    markup = "<img src=x onerror='window.owned=1'>"
    page = pages.show(server.url, language="en", tab="sparql", sparql=f'SELECT ?x WHERE {{ BIND("{markup}" AS ?x) }}')
    _settled(page, "sparql")
    page.locator("#sparql-run").click()
    page.locator(".results tbody tr").first.wait_for()
    assert markup == page.locator(".results tbody td").inner_text()

    pages.show(server.url, language="en", tab="sparql", sparql=f"SELECT {markup}")
    pages.expected = "400"
    page.locator("#sparql-run").click()
    page.locator("[role=alert]").wait_for()
    assert (0, None) == (page.locator("#panel img").count(), look(page, "window.owned ?? null"))


def test_all_texts_are_in_both_languages(pages: Pages, server: Server) -> None:
    """Every text of the page has the same key in Chinese and in English, and neither is empty."""
    page = pages.show(server.url, language="en")
    found = look(page, "import('/assets/text.js').then(words => words.allTexts())")

    assert set(found["zh"]) == set(found["en"])
    assert [] == [key for texts in found.values() for key, words in texts.items() if not words.strip()]
    assert len(found["zh"]) > 200
