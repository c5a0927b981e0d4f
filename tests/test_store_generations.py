"""Generations of a store: what is put in comes back, only what changed is touched, and readers are not disturbed."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from bullwhip.errors import LoadError
from bullwhip.store import store_worker, writing
from bullwhip.store.canonical import quads_of
from bullwhip.store.generations import data_files, folder_of, open_current, read_current, record_of
from bullwhip.store.manifest import digest, from_bytes
from bullwhip.store.verifying import check_store
from store_faults import content, expected, graph_text, leftovers, put


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write databases in this process: a process of its own takes longer to start than it works."""

    def ask(_store: Path, job: Mapping[str, Any], _asked: object) -> Any:
        return store_worker.write(job)

    monkeypatch.setattr(writing, "_ask", ask)


def _code(error: pytest.ExceptionInfo[LoadError]) -> str:
    return error.value.problems[0].code


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_changes_gives_what_was_put_in(seed: int, tmp_path: Path) -> None:
    """Graphs are added, edited and removed at random; the store holds their union, and a rebuilt one the same bytes."""
    dice = random.Random(seed)  # noqa: S311  the same changes on every run
    store, held = tmp_path / "store", {}
    for _ in range(5):
        name = f"urn:g{dice.randrange(4)}"
        lines = {i: dice.choice(['"a"', "<urn:o>", '"1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>',
                                 '"1.00"^^<http://www.w3.org/2001/XMLSchema#decimal>', f"_:b{i % 3}"])
                 for i in dice.sample(range(40), dice.randrange(1, 20))}  # fmt: skip
        text = None if name in held and dice.random() < 0.3 else graph_text(name, lines)
        put(store, {name: text})
        held[name] = text

        assert content(store) == expected(held)
        assert leftovers(store) == []
    before, records = content(store), read_current(store).manifest.graphs
    put(store, {}, rebuild=True)

    assert content(store) == before
    assert read_current(store).manifest.graphs == records
    assert check_store(store).findings == ()


@pytest.mark.usefixtures("here")
def test_a_graph_that_is_removed_and_loaded_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """Retracting a document and importing it again leaves no trace, in content or in records."""
    store = tmp_path / "store"
    texts = {f"urn:g{i}": graph_text(f"urn:g{i}", 200 + i) for i in range(5)}
    put(store, texts)
    before, records = content(store), read_current(store).manifest.graphs
    put(store, {"urn:g2": None})
    without = content(store)
    put(store, {"urn:g2": texts["urn:g2"]})

    assert without == expected(texts | {"urn:g2": None})
    assert content(store) == before
    assert read_current(store).manifest.graphs == records


@pytest.mark.usefixtures("here")
def test_a_change_shares_the_tables_and_leaves_the_generation_before_alone(tmp_path: Path) -> None:
    """A new generation holds old files under a second name, and no byte of the old one changes."""
    store = tmp_path / "store"
    put(store, {f"urn:g{i}": graph_text(f"urn:g{i}", 2000, f"s{i}x") for i in range(10)})
    before = open_current(store)
    files = {p.name: (p.stat().st_ino, digest(p.read_bytes())) for p in before.iterdir()}
    put(store, {"urn:g1": graph_text("urn:g1", 1990, "s1x")})
    shared = [p.name for p in open_current(store).glob("*.sst") if p.stat().st_nlink > 1]

    assert files == {p.name: (p.stat().st_ino, digest(p.read_bytes())) for p in before.iterdir()}
    assert shared != []


@pytest.mark.usefixtures("here")
def test_what_has_not_changed_is_not_published(tmp_path: Path) -> None:
    """The same texts give the same generation; so does removing nothing."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 3)})
    told = put(store, {"urn:g": graph_text("urn:g", 3), "urn:none": None})

    assert (told.done, told.generation, told.changes) == ("unchanged", 1, ())
    assert [p.name for p in (store / "generations").glob("*.json")] == ["000001.json"]


@pytest.mark.usefixtures("here")
def test_a_reader_keeps_its_snapshot(tmp_path: Path) -> None:
    """One that opened a generation reads it to the end, though it has been replaced and removed since."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 2000)})
    reader = ox.Store.read_only(str(open_current(store)))
    first = iter(reader.quads_for_pattern(None, None, None, None))
    next(first)
    for i in range(5):
        put(store, {"urn:g": graph_text("urn:g", 10 + i)})

    assert not folder_of(store, 1).exists()
    assert 1 + sum(1 for _ in first) == 2000
    assert len(reader) == 2000
    assert content(store) == expected({"urn:g": graph_text("urn:g", 14)})


@pytest.mark.usefixtures("here")
def test_three_generations_are_kept_with_the_texts_they_need(tmp_path: Path) -> None:
    """Older ones go, and the texts that only they needed."""
    store = tmp_path / "store"
    for i in range(5):
        put(store, {"urn:g": graph_text("urn:g", 10 + i)})
    texts = {f"{digest(graph_text('urn:g', 10 + i))}.nq" for i in range(2, 5)}

    assert sorted(p.name for p in (store / "generations").glob("*.json")) == [f"00000{i}.json" for i in (3, 4, 5)]
    assert {p.name for p in (store / "sources").iterdir()} == texts


@pytest.mark.usefixtures("here")
def test_rolling_back_gives_the_generation_before(tmp_path: Path) -> None:
    """What is written after it starts from there, and there is a first one before which there is none."""
    store = tmp_path / "store"
    texts = [graph_text("urn:g", n) for n in (10, 20, 30)]
    for text in texts:
        put(store, {"urn:g": text})
    told = writing.roll_back(store)

    assert (told.done, told.generation) == ("rolled_back", 2)
    assert content(store) == expected({"urn:g": texts[1]})
    put(store, {"urn:h": graph_text("urn:h", 5)})
    assert read_current(store).manifest.generation == 4
    assert read_current(store).manifest.previous == 2
    assert leftovers(store) == []
    for _ in range(2):
        writing.roll_back(store)
    assert content(store) == expected({"urn:g": texts[0]})
    with pytest.raises(LoadError) as error:
        writing.roll_back(store)
    assert _code(error) == "BW542"


@pytest.mark.usefixtures("here")
def test_a_damaged_generation_is_left_by_rolling_back_or_rebuilding(tmp_path: Path) -> None:
    """Both ways out that the message names lead out."""
    store = tmp_path / "store"
    texts = {f"urn:g{i}": graph_text(f"urn:g{i}", 50) for i in range(3)}
    put(store, texts)
    put(store, {"urn:h": graph_text("urn:h", 5)})
    record_of(store, 2).write_bytes(b"{}")
    with pytest.raises(LoadError) as error:
        put(store, {"urn:h": None})

    assert _code(error) == "BW532"
    writing.roll_back(store)
    assert content(store) == expected(texts)
    next(open_current(store).glob("*.sst")).unlink()
    with pytest.raises(LoadError):
        content(store)
    put(store, {}, rebuild=True)
    assert content(store) == expected(texts)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("fault", ["removed", "cut"])
def test_a_text_that_is_lost_is_written_again_with_its_graph(fault: str, tmp_path: Path) -> None:
    """A graph whose text is lost can be replaced, and made anew from the same text; others cannot be made anew."""
    store = tmp_path / "store"
    texts = {f"urn:g{i}": graph_text(f"urn:g{i}", 300) for i in range(8)}
    put(store, texts)

    def damage(text: bytes) -> None:
        path = store / "sources" / f"{digest(text)}.nq"
        path.unlink() if fault == "removed" else path.write_bytes(text[:-9])

    damage(texts["urn:g1"])
    edited = graph_text("urn:g1", 301)
    put(store, {"urn:g1": edited})
    assert content(store) == expected(texts | {"urn:g1": edited})
    damage(edited)
    with pytest.raises(LoadError, match="the text of <urn:g1>"):
        put(store, {}, rebuild=True)
    put(store, {"urn:g1": edited}, rebuild=True)
    assert content(store) == expected(texts | {"urn:g1": edited})
    assert check_store(store).findings == ()


def test_the_record_says_what_the_store_holds(tmp_path: Path) -> None:
    """Counts and hashes of each graph, as written and as given back, hash and size of each file, and versions."""
    store = tmp_path / "store"
    text = graph_text("urn:g", 40)
    told = put(store, {"urn:g": text})
    record = json.loads(record_of(store, 1).read_bytes())
    graph = record["graphs"]["urn:g"]

    assert (told.quads, record["quads"], graph["quads"], graph["statements"]) == (40, 40, 40, 40)
    assert graph["source"] == digest(text) != graph["sha256"] == digest(content(store))
    assert (store / "sources" / f"{graph['source']}.nq").read_bytes() == text
    assert set(record["versions"]) == {"bullwhip", "pyoxigraph"}
    assert {p.name for p in open_current(store).glob("*.sst")} <= set(record["files"])
    assert (store / "current").read_text() == f"000001 {digest(record_of(store, 1).read_bytes())}\n"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("fault", ["a line lost", "a line more", "nothing flushed"])
def test_what_does_not_read_back_is_never_published(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each new generation is opened again and compared before it counts; the old one stays, and nothing of the new."""
    store, text = tmp_path / "store", graph_text("urn:g", 5)
    put(store, {"urn:g": text})
    add = store_worker._add

    def wrongly(engine: ox.Store, lines: bytes, _: object = None) -> None:
        if fault == "a line more":
            add(engine, b"<urn:a> <urn:p> <urn:b> <urn:g> .\n")
        add(engine, lines.split(b"\n", 1)[1] if fault == "a line lost" else lines)

    def unflushed(target: Path, graphs: Mapping[str, Any], _timer: object) -> None:
        add(ox.Store(str(target)), b"".join(Path(g["new"]).read_bytes() for g in graphs.values()))

    with monkeypatch.context() as patched:
        if fault == "nothing flushed":  # what the write-ahead log alone holds is not relied on
            patched.setattr(store_worker, "_change", unflushed)
        else:
            patched.setattr(store_worker, "_add", wrongly)
        with pytest.raises(LoadError) as error:
            put(store, {"urn:h": graph_text("urn:h", 50), "urn:g": graph_text("urn:g", 90)})

    assert _code(error) == "BW534"
    assert content(store) == expected({"urn:g": text})
    assert leftovers(store) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Expecting value"),
        (b"[]", "not complete"),
        (b'{"format": 2}', "format 2"),
        (b'{"format": 1, "graphs": {}, "files": {}, "generation": 1, "previous": 0}', "versions"),
        (
            b'{"format": 1, "graphs": {}, "files": {}, "generation": 1, "previous": 0, "versions": {}, "quads": 1}',
            "counts",
        ),
    ],
)
def test_a_record_that_is_none_is_told(data: bytes, said: str) -> None:
    """Half a record, one of another format, and one whose counts do not add up."""
    with pytest.raises(ValueError, match=said):
        from_bytes(data)


@pytest.mark.usefixtures("here")
def test_everything_is_on_the_disk_before_the_name_that_points_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When `current` is renamed, all that it leads to was flushed, every folder too, and that of a new store."""
    store = tmp_path / "store"
    flushed: set[int] = set()
    missed: list[Path] = []
    fsync, replace = os.fsync, os.replace

    def flush(handle: int) -> None:
        fsync(handle)
        flushed.add(os.fstat(handle).st_ino)

    def rename(source: str, target: Path) -> None:
        if Path(target).name == "current":
            number = int(Path(source).read_text()[:6])
            needed = [Path(source), store / "generations", store / "sources", folder_of(store, number)]
            needed += [record_of(store, number), *(store / "sources").iterdir(), *data_files(folder_of(store, number))]
            missed.extend(p for p in needed if p.stat().st_ino not in flushed)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "replace", rename)
    put(store, {f"urn:g{i}": graph_text(f"urn:g{i}", 400) for i in range(6)})
    put(store, {"urn:g1": graph_text("urn:g1", 401)})

    assert missed == []
    assert {store.stat().st_ino, tmp_path.stat().st_ino} <= flushed
    assert read_current(store).manifest.generation == 2


@pytest.mark.usefixtures("here")
def test_an_index_that_lies_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk over each index compares it with the quads themselves."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 30)})
    assert store_worker._wrong_indexes(ox.Store.read_only(str(open_current(store)))) == []

    def without_some(opened: ox.Store, pattern: Any) -> Any:
        found = list(opened.quads_for_pattern(*pattern))
        return found[1:] if pattern[1] is not None else found

    monkeypatch.setattr(store_worker, "_matching", without_some)
    wrong = store_worker._wrong_indexes(ox.Store.read_only(str(open_current(store))))

    assert [w.split(" gives")[0] for w in wrong] == ["the index by predicate", "the index by graph and predicate"]


def test_an_integer_that_ends_in_255_finds_itself_alone(tmp_path: Path) -> None:
    """On disk the engine gives its neighbours too; the walk over an index leaves them out."""
    numbers = {i: f'"{i}"^^<http://www.w3.org/2001/XMLSchema#integer>' for i in range(250, 520)}
    engine = ox.Store(str(tmp_path / "engine"))
    engine.extend(quads_of(graph_text("urn:g", numbers)))
    pattern = (None, None, ox.Literal(255), None)

    assert [str(q.object) for q in store_worker._matching(engine, pattern)] == [str(ox.Literal(255))]
