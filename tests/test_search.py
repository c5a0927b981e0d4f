"""Search by parts of names: every part of every name is found, nothing else is, and the best comes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip import Workspace, cli
from bullwhip.errors import UsageError
from bullwhip.model.search import KINDS, Entry
from bullwhip.query.search import SearchIndex, store_entries
from bullwhip.reading.characters import folded
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES
from bullwhip.workspace.searching import program_entries
from hostile_texts import QUESTIONS

SOLAR = Path(__file__).parent / "golden" / "solar"
NAMES = st.text(st.sampled_from("液冷光模块aAbＢ 1-–ß\ufb01é\u0301²"), max_size=6)


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


@pytest.fixture(scope="module")
def index(shipped: Workspace) -> SearchIndex:
    """Return the index of the shipped workspace with its claims."""
    return SearchIndex(program_entries(shipped.program, claims=True))


def containing(entries: list[Entry], text: str) -> set[tuple[str, str]]:
    """Return kind and id of what has a name that contains a text, by looking at every one."""
    wanted = folded(text)
    return {(e.kind, e.id) for e in entries if any(wanted in folded(name) for _, name in e.names)}


def found(index: SearchIndex, text: str) -> set[tuple[str, str]]:
    """Return kind and id of everything that the index finds."""
    return {(h.entry.kind, h.entry.id) for h in index.find(text, limit=10**6).hits}


def test_every_character_and_every_pair_is_found(shipped: Workspace) -> None:
    """Every one and every two neighbouring characters of every name find exactly the things that contain them."""
    index = SearchIndex(program_entries(shipped.program))
    texts = {t[i : i + n] for t in index.texts for n in (1, 2) for i in range(len(t) - n + 1)}
    joined: dict[int, str] = {}
    for owner, text in zip(index.owners, index.texts, strict=True):
        joined[owner] = f"{joined.get(owner, '')}\0{text}"
    things = [((index.entries[owner].kind, index.entries[owner].id), text) for owner, text in joined.items()]
    wrong = [
        t for t in sorted(texts) if t == t.strip() and found(index, t) != {key for key, text in things if t in text}
    ]

    assert [] == wrong
    assert len(texts) > 3_000


@given(data=st.data())
def test_every_longer_part_is_found(data: st.DataObject, index: SearchIndex) -> None:
    """A part of any length of any name finds the thing, and its whole name finds it first among its kind."""
    at = data.draw(st.integers(0, len(index.texts) - 1))
    text = index.texts[at]
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    entry = index.entries[index.owners[at]]
    whole = index.find(text, [entry.kind], limit=10**6).hits

    assert not part.strip() or (entry.kind, entry.id) in found(index, part)
    assert "exact" == next(h.fit for h in whole if h.entry.id == entry.id)


@given(st.lists(st.tuples(st.sampled_from(KINDS), NAMES), max_size=8), NAMES)
def test_hits_are_those_of_contains_in_order(things: list[tuple[str, str]], text: str) -> None:
    """On any names the index finds what CONTAINS does; whole names come first, then beginnings, then kind and id."""
    entries = [Entry(kind, f"x{n}", "", "", (("label", name),)) for n, (kind, name) in enumerate(things)]
    answer = SearchIndex(entries).find(text)
    order = [(("exact", "prefix", "part").index(h.fit), KINDS.index(h.entry.kind), h.entry.id) for h in answer.hits]

    assert (containing(entries, text) if folded(text) else set()) == {(h.entry.kind, h.entry.id) for h in answer.hits}
    assert order == sorted(order)
    assert len(order) == answer.total


@given(st.text())
def test_folding_is_done_at_once(text: str) -> None:
    """A folded text folds to itself, and so does one in capitals or twice as wide."""
    once = folded(text)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)

    assert once == folded(once)
    assert folded(text.replace("\u3000", " ")) == folded(wide.replace("\u3000", " "))


def test_raised_digits_are_no_digits() -> None:
    """What is raised stays raised: an area is not the name of a module."""
    index = SearchIndex([Entry("unit", "mm2", "", "", (("label", "mm²"),))])

    assert (1, 0) == (index.find("mm²").total, index.find("mm2").total)


def test_two_chinese_characters_find_the_tier_first(index: SearchIndex) -> None:
    """液冷 is the name of a tier; it stands before what only contains it, whatever its kind."""
    hits = index.find("液冷", limit=3).hits

    assert ("tier", "liquid_cooling", "exact", "label") == (*hits[0].entry[:2], hits[0].fit, hits[0].what)
    assert index.find("液冷").total > 20


def test_tickers_ids_and_other_spellings_are_names(index: SearchIndex) -> None:
    """A ticker, an id in capitals, a full-width spelling and an alias of one report all lead to their company."""
    for text in ("000977.SZ", "INSPUR", "ｉｎｓｐｕｒ", "浪潮信息"):
        assert "inspur" in {h.entry.id for h in index.find(text, ["company"]).hits}, text


def test_the_graph_gives_the_same_hits_as_the_records(shipped: Workspace) -> None:
    """An index over the store of a workspace finds the same things by the same labels as one over its records."""
    kinds = ("company", "tier", "product", "topic", "quantity", "measure", "scenario")
    records = SearchIndex(e for e in program_entries(shipped.program) if e.kind in kinds)
    stored = SearchIndex(e for e in store_entries(OxigraphStore.of(shipped.nquads())) if e.kind in kinds)
    texts = dict.fromkeys(t[:3] for t in records.texts)

    assert [t for t in texts if found(records, t) != found(stored, t)] == []


def test_the_index_finds_what_contains_finds_in_sparql(shipped: Workspace) -> None:
    """Chinese labels that contain two characters by SPARQL are those of the hits."""
    store = OxigraphStore.of(shipped.nquads())
    index = SearchIndex(store_entries(store))
    for text in ("液冷", "光模", "芯片"):
        query = f'SELECT DISTINCT ?id {{ ?s skos:prefLabel|skos:altLabel|dct:title ?l ; dct:identifier ?id FILTER(CONTAINS(?l, "{text}")) }}'  # noqa: E501
        ids = {str(row[0].value) for row in store.query(query).rows}  # type: ignore[union-attr]

        assert ids == {name for _, name in found(index, text)}
        assert ids


def test_a_store_without_our_classes_can_be_searched() -> None:
    """Any labelled thing is found, by its IRI where it has no id."""
    store = OxigraphStore.of(f'<urn:a> <{PREFIXES["rdfs"]}label> "冷板" .\n'.encode())

    assert {("thing", "urn:a")} == found(SearchIndex(store_entries(store)), "冷")


def test_an_index_is_kept_as_it_is(index: SearchIndex) -> None:
    """Written and read again it gives the same answers and the same bytes; other bytes are no index."""
    stored = index.to_bytes()
    again = SearchIndex.from_bytes(stored)

    assert again is not None
    assert stored == again.to_bytes() == SearchIndex(reversed(index.entries)).to_bytes()
    assert index.find("h100", ["product"]) == again.find("h100", ["product"])
    assert SearchIndex.from_bytes(b"other") is None


def test_a_misspelling_is_answered_with_near_names(index: SearchIndex) -> None:
    """Where nothing is found, names that share pairs or characters are suggested; a found one suggests nothing."""
    assert "NVIDIA" in index.find("nvdia").suggestions
    assert "液冷" in index.find("液冶", ["tier"]).suggestions
    assert () == index.find("nvidia").suggestions
    assert () == index.find("🜁🜂").suggestions


def test_claims_are_found_by_subject_and_measure() -> None:
    """Without being asked for, claims are left out; with it, what is printed and where is told."""
    ws = Workspace.open(SOLAR)
    [hit] = ws.search("cell efficiency", claims=True).hits

    assert ("claim", "22.8 % (102, 2)") == (hit.entry.kind, hit.entry.note)
    assert 0 == ws.search("cell efficiency").total


@pytest.mark.parametrize("text", QUESTIONS, ids=lambda t: t[:24])
def test_a_hostile_text_finds_nothing(text: str) -> None:
    """Whatever is asked for is a text to look for and nothing else; a blank one is refused."""
    ws = Workspace.open(SOLAR)
    try:
        assert 0 == ws.search(text, claims=True).total
    except UsageError as error:
        assert (["BW002"], "") == ([p.code for p in error.problems], text.strip())  # noqa: PT017  either way is fine


def test_the_command_shows_and_says_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    """Best hits are a table, the number of others goes to stderr, and JSON holds both."""
    assert 0 == cli.run(["--workspace", str(SOLAR), "search", "module", "--limit", "1"])
    shown = capsys.readouterr()
    assert 0 == cli.run(["--workspace", str(SOLAR), "search", "module", "--limit", "1", "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert ("tier", "module") == tuple(shown.out.splitlines()[1].split("\t")[:2])
    assert f"{answer['total'] - 1} more" in shown.err
    assert ("exact", "id", "module", []) == (
        answer["hits"][0]["fit"], answer["hits"][0]["what"], answer["hits"][0]["name"], answer["suggestions"],
    )  # fmt: skip


def test_a_label_that_two_languages_share_is_that_of_both() -> None:
    """A name that is written alike in Chinese and English is the label in either, whichever the store gives first."""
    labels = "".join(f'<urn:a> <{PREFIXES["skos"]}prefLabel> "GPU"@{tag} <urn:g> .\n' for tag in ("zh", "en"))
    (entry,) = store_entries(OxigraphStore.of(labels.encode()))

    assert ("GPU", "GPU") == (entry.label_zh, entry.label_en)


def test_a_store_is_searched_where_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--store` looks into that store and nowhere else; claims are looked for in the workspace only."""
    file = tmp_path / "named.ttl"
    file.write_text(f'<urn:a> <{PREFIXES["rdfs"]}label> "液冷板"@zh .', encoding="utf-8")
    folder = str(tmp_path / "store")
    assert 0 == cli.run(["load", str(file), "--store", folder, "--create"])
    capsys.readouterr()

    assert 0 == cli.run(["search", "液冷", "--store", folder, "--json"])
    assert ["urn:a"] == [hit["id"] for hit in json.loads(capsys.readouterr().out)["hits"]]
    assert 2 == cli.run(["search", "液冷", "--store", folder, "--claims"])
    assert "BW002" in capsys.readouterr().err
