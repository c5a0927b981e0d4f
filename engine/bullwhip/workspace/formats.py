"""Every format of `export`: what it is for, what it takes, and the function that writes it, imported when it is used.

A format is one line of `FORMATS`; help, completion, the façade, the JSON API and docs/exports.md follow the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

__all__ = ["FORMATS", "OPTIONS", "PICTURES", "Asked", "Format", "Option"]

Option = Literal["language", "period", "along", "of", "driver", "picture", "table", "swing", "excel"]

OPTIONS: dict[Option, str] = {
    "language": "--language", "period": "--period", "along": "--with", "of": "--of", "driver": "--driver",
    "picture": "--picture", "table": "--table", "swing": "--swing", "excel": "--excel",
}  # fmt: skip
"""By option what it is called on the command line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export is asked for beside its format; what is None or empty was not asked for."""

    language: str | None = None
    """zh, en or both."""
    period: int | None = None
    along: Sequence[str] = ()
    """Answers written along in RDF: sensitivities, exposures."""
    of: str = ""
    """The quantity that it is about, with members where wanted."""
    driver: str | Sequence[str] = ()
    """Drivers, with members where wanted."""
    picture: str = ""
    """Which picture is drawn, one of `PICTURES`."""
    table: str = ""
    swing: str = ""
    """How far drivers move, as a percentage."""
    excel: bool = False
    """Whether tables begin with a mark by which Excel knows that they are UTF-8."""

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers as a tuple, also where one is given as text."""
        return (self.driver,) * bool(self.driver) if isinstance(self.driver, str) else tuple(self.driver)

    @property
    def lingua(self) -> Any:
        """The language of labels; both where none is asked for."""
        return self.language or "both"

    def given(self) -> tuple[Option, ...]:
        """Return the options that were asked for.

        >>> Asked(language="zh", of="x").given()
        ('language', 'of')
        """
        names: Any = tuple(f.name for f in fields(self) if getattr(self, f.name) not in (None, "", (), [], False))
        return names  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of `export`."""

    media: str
    suffix: str
    title: str
    writer: str
    """`module:function` of a function that takes a workspace and an `Asked` and returns bytes."""
    takes: tuple[Option, ...] = ()
    needs: tuple[Option, ...] = ()
    """Those without which there is nothing to write."""
    computes: bool = True
    """Whether a scenario, or values that are set, change what is written."""
    extra: str = ""
    """The extra of the package that brings what it needs."""


_PAGE = "bullwhip.workspace.paging"
_GRAPH = "bullwhip.workspace.graphing"
_RDF = "bullwhip.workspace.serializing"
_RULES = "bullwhip.workspace.rule_texts"
_PICTURE = "bullwhip.workspace.picturing"
_FORMULA = "bullwhip.workspace.formulating"
_TABLE = "bullwhip.workspace.tabling"

FORMATS: dict[str, Format] = {
    "svg": Format(
        "image/svg+xml", "svg", "the chain map as a picture", f"{_PICTURE}:chain_map", ("language", "period")
    ),
    "sankey": Format(
        "image/svg+xml", "svg", "what flows to and from a quantity, in one unit", f"{_PICTURE}:sankey",
        ("language", "period", "of"), ("of",),
    ),
    "tornado": Format(
        "image/svg+xml", "svg", "the swings of a quantity by its drivers", f"{_PICTURE}:tornado",
        ("language", "period", "of", "driver", "swing"), ("of",),
    ),
    "bars": Format(
        "image/svg+xml", "svg", "the companies that a driver reaches, by money", f"{_PICTURE}:exposure_bars",
        ("language", "period", "driver"), ("driver",),
    ),
    "png": Format(
        "image/png", "png", "a picture as PNG", f"{_PICTURE}:png",
        ("language", "period", "of", "driver", "swing", "picture"), extra="charts",
    ),
    "pdf": Format(
        "application/pdf", "pdf", "a picture as PDF, its texts searchable", f"{_PICTURE}:pdf",
        ("language", "period", "of", "driver", "swing", "picture"), extra="charts",
    ),
    "dot": Format(
        "text/vnd.graphviz", "dot", "the chain as Graphviz text", f"{_GRAPH}:dot", ("language",), computes=False
    ),
    "graphml": Format(
        "application/graphml+xml", "graphml", "the chain with its quantities as GraphML", f"{_GRAPH}:graphml",
        computes=False,
    ),
    "gexf": Format(
        "application/gexf+xml", "gexf", "the same as GEXF, for Gephi", f"{_GRAPH}:gexf", computes=False
    ),
    "cytoscape": Format(
        "application/json", "cyjs", "the same as Cytoscape JSON", f"{_GRAPH}:cytoscape", computes=False
    ),
    "mermaid": Format(
        "text/vnd.mermaid", "mmd", "the tiers as Mermaid text", f"{_GRAPH}:mermaid", ("language",), computes=False
    ),
    "csv": Format(
        "text/csv", "csv", "one table as CSV", f"{_TABLE}:csv", ("period", "driver", "table", "excel")
    ),
    "tables": Format(
        "application/zip", "zip", "all tables as CSV files in one archive", f"{_TABLE}:tables",
        ("period", "driver", "excel"),
    ),
    "parquet": Format(
        "application/vnd.apache.parquet", "parquet", "one table as Parquet", f"{_TABLE}:parquet",
        ("period", "driver", "table"), extra="parquet",
    ),
    "turtle": Format(
        "text/turtle", "ttl", "the whole graph as Turtle, named graphs merged", f"{_RDF}:turtle", ("period", "along"),
        computes=False,
    ),
    "trig": Format(
        "application/trig", "trig", "the whole graph as TriG, one named graph a document", f"{_RDF}:trig",
        ("period", "along"), computes=False,
    ),
    "nquads": Format(
        "application/n-quads", "nq", "the whole graph as sorted N-Quads", f"{_RDF}:nquads", ("period", "along"),
        computes=False,
    ),
    "jsonld": Format(
        "application/ld+json", "jsonld", "the whole graph as JSON-LD", f"{_RDF}:jsonld", ("period", "along"),
        computes=False,
    ),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
        "a workbook with live formulas, drivers to edit, and sources", "bullwhip.workspace.workbooking:xlsx",
        ("period", "driver"),
    ),
    "rules-sparql": Format(
        "application/sparql-query", "rq", "the inference rules as SPARQL CONSTRUCT queries", f"{_RULES}:sparql",
        computes=False,
    ),
    "rules-nemo": Format(
        "text/plain", "rls", "the inference rules as a program of Nemo", f"{_RULES}:nemo", computes=False
    ),
    "rules-clingo": Format(
        "text/plain", "lp", "the inference rules, with the facts they read, as a program of clingo",
        f"{_RULES}:clingo", computes=False,
    ),
    "latex": Format(
        "application/x-tex", "tex", "the rule of a quantity, and the rules it rests on, as LaTeX", f"{_FORMULA}:latex",
        ("language", "of"), ("of",),
    ),
    "mathml": Format(
        "application/mathml+xml", "mml", "the same as MathML", f"{_FORMULA}:mathml", ("language", "of"), ("of",)
    ),
    "python": Format(
        "text/x-python", "py", "a quantity as a Python function of its inputs", f"{_FORMULA}:python",
        ("of", "period"), ("of",),
    ),
    "html": Format(
        "text/html", "html", "the explorer as one page that works without server and network", f"{_PAGE}:page",
        ("period",),
    ),
    "rules-page": Format(
        "text/html", "html", "all rules on one page: formulas, units, sources", f"{_FORMULA}:rules_page",
        ("language", "period"),
    ),
}  # fmt: skip
"""By name; the order is that of help and docs."""

PICTURES = {"map": "svg", "sankey": "sankey", "tornado": "tornado", "bars": "bars"}
"""What `picture` may be, and the format that draws it."""
