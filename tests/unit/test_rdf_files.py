"""Which files are read at all, what they are read as, and how a process that reads one may end."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bullwhip.errors import BullwhipError, LimitError, LoadError
from bullwhip.resources import PACKAGE
from bullwhip.store.parsing import parse_file
from bullwhip.store.processes import worker_environment
from bullwhip.store.rdf_files import RdfFile, form_of, graph_of, read_file
from bullwhip.store.rdf_input import FORMATS, Form, Limits

LINE = b"<urn:a> <urn:p> <urn:b> .\n"


def _code(error: pytest.ExceptionInfo[BullwhipError]) -> str:
    return error.value.problems[0].code


def _file(data: bytes, form: Form = "turtle") -> RdfFile:
    return RdfFile("case", data, form, "urn:g")


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "kernel", "link out", "link in a circle", "nothing"])
def test_only_a_regular_file_is_read(kind: str, tmp_path: Path) -> None:
    """A folder, a pipe, a device, what the kernel makes up, a link out of its folder: all are refused at once."""
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.nt").write_bytes(LINE)
    path = inside / "a.nt"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "kernel":
            path = Path("/proc/self/environ")
        case "link out":
            path.symlink_to(tmp_path / "secret.nt")
        case "link in a circle":
            path.symlink_to(path)
        case _:
            (inside / "b.nt").write_bytes(LINE)
    with pytest.raises(LoadError) as error:
        read_file(path, Limits())

    assert _code(error) == "BW101"
    assert error.value.problems[0].hint != "" or kind == "link in a circle"


def test_a_link_within_its_folder_is_the_file(tmp_path: Path) -> None:
    """A link to a file beside it or below is followed."""
    (tmp_path / "2024.nt").write_bytes(LINE)
    (tmp_path / "latest.nt").symlink_to("2024.nt")

    assert read_file(tmp_path / "latest.nt", Limits()) == LINE


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """The limit is the last size that is read."""
    path = tmp_path / "a.nt"
    path.write_bytes(LINE)

    assert read_file(path, Limits(size=len(LINE))) == LINE
    with pytest.raises(LoadError) as error:
        read_file(path, Limits(size=len(LINE) - 1))
    assert _code(error) == "BW107"


@pytest.mark.parametrize("said", ["0" * 64, "not a hash", ""])
def test_a_file_is_compared_with_the_hash_beside_it(said: str, tmp_path: Path) -> None:
    """A file that is cut at the end of a line is a sound file; only its hash tells."""
    path = tmp_path / "a.nt"
    path.write_bytes(LINE * 2)
    beside = tmp_path / "a.nt.sha256"
    beside.write_text(f"{hashlib.sha256(LINE * 2).hexdigest()}  a.nt\n")
    whole = read_file(path, Limits())
    path.write_bytes(LINE)

    assert whole == LINE * 2
    with pytest.raises(LoadError) as error:
        read_file(path, Limits())
    assert _code(error) == "BW539"
    beside.write_text(said)
    with pytest.raises(LoadError) as error:
        read_file(path, Limits())
    assert _code(error) == "BW539"


def test_the_format_is_that_of_the_ending_or_the_one_asked_for() -> None:
    """Every format has an ending, whatever its case, and a name; another one is refused with the known ones."""
    assert {form_of(Path(f"a.{e.upper()}")) for known in FORMATS.values() for e in known} == set(FORMATS)
    assert [form_of(Path("a.txt"), form) for form in FORMATS] == list(FORMATS)
    for path, wanted, code in (("a.txt", "", "BW002"), ("a", "", "BW002"), ("a.ttl", "turtel", "BW001")):
        with pytest.raises(BullwhipError) as error:
            form_of(Path(path), wanted)
        assert _code(error) == code


def test_a_graph_is_named_after_its_file_wherever_that_lies() -> None:
    """Another folder is the same graph, another name another one."""
    assert graph_of(Path("x/液冷.ttl")) == graph_of(Path("y/液冷.nt")) == (
        "https://w3id.org/bullwhip/id/graph/file/%E6%B6%B2%E5%86%B7"
    )  # fmt: skip


def test_a_parser_that_dies_is_a_problem_and_no_more() -> None:
    """Nesting past every check ends the process that parses; the one that asked goes on."""
    deep = b"<urn:a> <urn:p> " + b"<<( <urn:a> <urn:p> " * 100_000 + b"<urn:b> " + b" )>>" * 100_000 + b" ."
    with pytest.raises(LoadError) as error:
        parse_file(_file(deep), Limits(depth=10**9))

    assert _code(error) == "BW540"
    assert "SIG" in error.value.problems[0].message
    assert parse_file(_file(LINE)).statements == 1


def test_a_parser_that_takes_too_long_is_killed() -> None:
    """The limit on time holds, whatever the parser does."""
    with pytest.raises(LimitError) as error:
        parse_file(_file(LINE), Limits(seconds=0.001))

    assert _code(error) == "BW901"


def test_a_parser_that_takes_too_much_memory_is_a_problem() -> None:
    """The limit on memory ends the process that parses with a code."""
    many = b"".join(b"<urn:a%d> <urn:p> <urn:b%d> .\n" % (i, i) for i in range(60_000))
    with pytest.raises(LoadError) as error:
        parse_file(_file(many, "ntriples"), Limits(memory=1))

    assert _code(error) == "BW540"


def test_the_process_that_parses_can_open_nothing() -> None:
    """After its limits are set neither a file nor a connection can be opened."""
    code = (
        "from bullwhip.store.worker_limits import bound\n"
        "from bullwhip.store.rdf_input import Limits\n"
        "import socket\n"
        "bound(Limits(), 0)\n"
        "for ask in (lambda: open('/etc/hostname'), socket.socket):\n"
        "    try:\n        ask()\n        print('opened')\n"
        "    except OSError as error:\n        print(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["24", "24"]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """Three wrong literals are three problems, each with its line, column and text."""
    data = b"".join(b'<urn:a> <urn:p> "%d,0"^^<http://www.w3.org/2001/XMLSchema#integer> .\n' % i for i in range(3))
    with pytest.raises(LoadError) as error:
        parse_file(_file(data))

    places = [p.place for p in error.value.problems]
    assert [(p.line, p.column, p.text[16:21]) for p in places if p] == [(i + 1, 17, f'"{i},0"') for i in range(3)]


def test_blank_nodes_of_two_files_are_never_one() -> None:
    """Files that bring different graphs and share the one of what names none keep their blank nodes apart."""
    files = [
        RdfFile("in/prices.trig", b"<urn:X> { [] <urn:p> <urn:a> }", "trig", "urn:g"),
        RdfFile("in/prices.nq", b"_:a <urn:p> <urn:a> <urn:Y> .", "nquads", "urn:g"),
    ]
    (first,), (second,) = (parse_file(file).graphs.values() for file in files)
    moved = RdfFile("elsewhere/prices.nq", files[1].data, "nquads", "urn:g")

    assert first.split()[0] != second.split()[0]
    assert second == parse_file(moved).graphs["urn:Y"]


def test_processes_that_read_what_others_wrote_are_given_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token for an endpoint is no business of a parser; the rest of the environment goes along."""
    monkeypatch.setenv("BULLWHIP_TOKEN", "t0ken")
    monkeypatch.setenv("BULLWHIP_CACHE", "off")
    given = worker_environment()

    assert ("BULLWHIP_TOKEN" in given, given["BULLWHIP_CACHE"]) == (False, "off")
    assert str(PACKAGE.parent) == given["PYTHONPATH"].split(os.pathsep)[0]
