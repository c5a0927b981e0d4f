"""The chain as a graph for other tools: a networkx graph, GraphML, and Graphviz text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.export.escape import clean_text, dot_quoted
from bullwhip.export.map_content import CompanyEntry, MapLanguage, label_lines, supplier_entries
from bullwhip.export.share_text import describe_share, share_text, shown_shares
from bullwhip.export.tables import to_json
from bullwhip.model.about import About
from bullwhip.model.chain import Chain, Share
from bullwhip.model.quantity import Quantity

if TYPE_CHECKING:
    import networkx

    Graph = networkx.MultiDiGraph[str]

__all__ = ["chain_graph", "to_cytoscape", "to_dot", "to_gexf", "to_graphml"]

Attribute = str | int | float | bool


def chain_graph(chain: Chain, quantities: Mapping[str, Quantity], about: About | None = None) -> Graph:
    """Return tiers, companies and quantities with what ties them, as a directed graph with typed edges.

    Nodes are named `tier:hbm`, `company:sk_hynix`, `quantity:hbm.value` and have a `kind`. Edges have a `kind` too:

        supplies    tier to tier, in the direction of supply
        at_tier     company to tier, one per role, with the share that is printed for it
        depends_on  quantity to each quantity its expression names
        sizes       quantity to the tier whose revenue or volume it is

    An attribute that is not known is absent. Nodes and edges come in the order of the chain, ids in sorted order.

    >>> from bullwhip.model.chain import Edge, Tier
    >>> from bullwhip.model.label import Label
    >>> tiers = (Tier("hbm", Label("HBM"), 2), Tier("ai_chip", Label("AI 芯片", "AI chip"), 3))
    >>> graph = chain_graph(Chain(tiers, (Edge("hbm", "ai_chip"),), (), (), ()), {})
    >>> graph.nodes["tier:ai_chip"]["label_en"], list(graph.edges(data="kind"))
    ('AI chip', [('tier:hbm', 'tier:ai_chip', 'supplies')])
    """
    import networkx

    graph: Graph = networkx.MultiDiGraph()
    if about is not None:
        graph.graph.update(_described(about))
    for tier in chain.tiers:
        attributes = _known(kind="tier", label_zh=tier.label.zh, label_en=tier.label.en, order=tier.order)
        graph.add_node(_node("tier", tier.id), **attributes, demand=tier.demand)
    for company in chain.companies:
        names = {"label_zh": company.label.zh, "label_en": company.label.en}
        known = _known(kind="company", **names, ticker=company.ticker, exchange=company.exchange)
        graph.add_node(_node("company", company.id), **known)
    for _, quantity in sorted(quantities.items()):
        graph.add_node(_node("quantity", quantity.id), **_quantity_attributes(quantity))
    for edge in chain.edges:
        _tie(graph, _node("tier", edge.source), _node("tier", edge.target), "supplies")
    _add_companies(graph, chain)
    _add_dependencies(graph, quantities)
    return graph


def to_graphml(chain: Chain, quantities: Mapping[str, Quantity], about: About | None = None) -> str:
    """Return `chain_graph` as GraphML; read back, it has the same nodes, edges and attributes, also of the graph."""
    import io

    from networkx.readwrite.graphml import write_graphml_xml

    out = io.BytesIO()
    write_graphml_xml(chain_graph(chain, quantities, about), out, encoding="utf-8", prettyprint=True)
    return out.getvalue().decode("utf-8").rstrip() + "\n"


def to_gexf(chain: Chain, quantities: Mapping[str, Quantity], about: About) -> str:
    """Return `chain_graph` as GEXF 1.2; its date is that of the data, and its description what the graph says."""
    from xml.etree.ElementTree import SubElement

    from networkx.readwrite.gexf import GEXFWriter

    graph = chain_graph(chain, quantities)
    for node, attributes in graph.nodes(data=True):
        attributes["label"] = attributes.get("label_en") or attributes.get("label_zh") or node
    for _, _, key, attributes in graph.edges(keys=True, data=True):
        attributes["id"] = key
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    for meta in list(writer.xml.findall("meta")):
        writer.xml.remove(meta)
    meta = SubElement(writer.xml, "meta")
    if about.data_date:
        meta.set("lastmodifieddate", about.data_date)
    SubElement(meta, "creator").text = f"bullwhip {about.version}"
    SubElement(meta, "description").text = "; ".join(f"{k}: {v}" for k, v in _described(about).items())
    writer.add_graph(graph)
    return str(writer).rstrip() + "\n"


def to_cytoscape(chain: Chain, quantities: Mapping[str, Quantity], about: About) -> str:
    """Return `chain_graph` as Cytoscape JSON: elements with data, and what the graph says of itself as its data."""
    graph = chain_graph(chain, quantities)
    nodes = [
        {"data": {"id": node, "value": node, "name": data.get("label_en") or data.get("label_zh") or node, **data}}
        for node, data in graph.nodes(data=True)
    ]
    edges = [
        {"data": {"id": key, "key": key, "source": source, "target": target, "interaction": data["kind"], **data}}
        for source, target, key, data in graph.edges(keys=True, data=True)
    ]
    whole = {
        "format_version": "1.0", "generated_by": f"bullwhip {about.version}", "data": about.as_dict(),
        "directed": True, "multigraph": True, "elements": {"nodes": nodes, "edges": edges},
    }  # fmt: skip
    return to_json(whole).replace("<", "\\u003c").replace("&", "\\u0026")


def to_dot(
    chain: Chain, quantities: Mapping[str, Quantity], language: MapLanguage, comments: Sequence[str] = ()
) -> str:
    r"""Return the chain as Graphviz text: a cluster per tier with its suppliers and the quantities that size it.

    Comments stand in the attribute of that name, a line each.

    >>> from bullwhip.model.chain import Tier
    >>> from bullwhip.model.label import Label
    >>> dot = to_dot(Chain((Tier("hbm", Label('HBM "3e"'), 2),), (), (), (), ()), {}, "zh")
    >>> print(dot.splitlines()[6])
        "tier:hbm" [label="HBM \"3e\"", shape=plaintext, fontsize=14];
    """
    suppliers = supplier_entries(chain, language)
    lines = [
        "digraph chain {",
        *((f"  graph [comment={dot_quoted(*comments)}];",) if comments else ()),
        "  graph [rankdir=LR, compound=true, newrank=true, ranksep=1.0, nodesep=0.08, fontsize=14];",
        '  node [shape=box, style=rounded, fontname="Noto Sans CJK SC", fontsize=10, height=0.25, margin="0.08,0.03"];',
        '  edge [color="#66707a", arrowsize=0.7];',
    ]
    tiers = tuple({t.id: t for t in chain.tiers}.values())
    for number, tier in enumerate(tiers):
        names = label_lines(tier.label, tier.id, language)
        lines += [f"  subgraph cluster_{number} {{", '    graph [style=rounded, color="#9aa3ab"];']
        lines.append(f"    {_tier_node(tier.id)} [label={dot_quoted(*names)}, shape=plaintext, fontsize=14];")
        within = _cluster(tier.id, suppliers.get(tier.id, ()), quantities.values(), language)
        lines += [f"    {line}" for line in within]
        lines.append("  }")
    clusters = {tier.id: number for number, tier in enumerate(tiers)}
    for source, target in dict.fromkeys((e.source, e.target) for e in chain.edges):
        ends = [f"l{end}=cluster_{clusters[t]}" for end, t in (("tail", source), ("head", target)) if t in clusters]
        # an edge from a cluster to itself has no border to start from
        at = f" [{', '.join(ends)}]" if ends and source != target else ""
        lines.append(f"  {_tier_node(source)} -> {_tier_node(target)}{at};")
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(
    tier: str, companies: Iterable[CompanyEntry], quantities: Iterable[Quantity], language: MapLanguage
) -> list[str]:
    lines, nodes = list[str](), [_tier_node(tier)]
    for company in companies:
        text = f"{company.name}  {company.share}".rstrip()
        nodes.append(dot_quoted(f"company:{company.id}@{tier}"))
        lines.append(f"{nodes[-1]} [label={dot_quoted(text)}, tooltip={dot_quoted(company.details)}];")
    for quantity in sorted((q for q in quantities if q.tier == tier and q.measure), key=lambda q: q.id):
        label = dot_quoted(*label_lines(quantity.label, quantity.id, language), f"[{quantity.unit}]")
        nodes.append(dot_quoted(f"quantity:{quantity.id}"))
        lines.append(f"{nodes[-1]} [label={label}, shape=note, style=solid];")
    return [*lines, f"{{ rank=same; {'; '.join(nodes)} }}"]


def _tier_node(tier: str) -> str:
    return dot_quoted(f"tier:{tier}")


def _node(kind: str, name: str) -> str:
    return clean_text(f"{kind}:{name}")


def _known(**values: str | int | float | None) -> dict[str, Any]:
    """Return the attributes that have a value, their texts cleaned for XML."""
    cleaned = {key: clean_text(value) if isinstance(value, str) else value for key, value in values.items()}
    return {key: value for key, value in cleaned.items() if value is not None and value != ""}


def _described(about: About) -> dict[str, Any]:
    """Return what the graph says of itself: one text an attribute, as every format of graphs can hold it."""
    said = about.as_dict()
    sources = "; ".join(f"{d.id} {d.publisher.text('en')} {d.published}".rstrip() for d in about.documents)
    return _known(
        bullwhip=about.version,
        workspace=about.workspace,
        inputs=about.inputs,
        data_date=about.data_date,
        scenario=about.scenario,
        policy=about.policy,
        as_of=about.as_of,
        sources=sources,
        label_zh=said["label"]["zh"],
        label_en=said["label"]["en"],
    )


def _tie(graph: Graph, source: str, target: str, kind: str, detail: str = "", **attributes: Attribute) -> None:
    """Add an edge between nodes that exist; its key is unique in the graph, since GraphML takes it for an id."""
    if source in graph and target in graph:
        ends = (node.partition(":")[2] for node in (source, target))
        key = ":".join(part for part in (kind, *ends, clean_text(detail)) if part)
        graph.add_edge(source, target, key=key, kind=kind, **attributes)


def _quantity_attributes(quantity: Quantity) -> dict[str, Any]:
    known = _known(
        kind="quantity",
        label_zh=quantity.label.zh,
        label_en=quantity.label.en,
        unit=quantity.unit,
        quantity_kind=quantity.kind,
        expression=quantity.expression,
        measure=quantity.measure,
    )
    return known | {"driver": quantity.is_driver}


def _add_companies(graph: Graph, chain: Chain) -> None:
    """Add an edge per company, tier and role; a printed share stands at the supplier's."""
    shares = shown_shares(chain.shares)
    roles: dict[tuple[str, str, str], dict[str, None]] = {}
    for supply in chain.supplies:
        roles.setdefault((supply.company, supply.tier, supply.role), {}).setdefault(supply.document)
    for company, tier, role in roles:
        attributes = _known(role=role, documents=" ".join(sorted(roles[company, tier, role])))
        shown = shares.get((company, tier)) if role == "supplier" else None
        if shown:
            others = "; ".join(describe_share(s) for s in shown.others)
            attributes |= _share_attributes(shown.share) | _known(other_shares=others)
        _tie(graph, _node("company", company), _node("tier", tier), "at_tier", role, **attributes)


def _share_attributes(share: Share) -> dict[str, Any]:
    """Return a share as numbers for tools that calculate, and as printed."""

    def number(value: Fraction | None) -> float | None:
        return None if value is None else float(value)

    return _known(
        share=number(share.value),
        share_low=number(share.low),
        share_high=number(share.high),
        share_text=share_text(share),
        share_of=share.quantity,
        share_period="" if share.period == "-" else share.period,
        claim=share.claim,
    )


def _add_dependencies(graph: Graph, quantities: Mapping[str, Quantity]) -> None:
    for _, quantity in sorted(quantities.items()):
        node = _node("quantity", quantity.id)
        for name in dict.fromkeys(quantity.inputs):
            _tie(graph, node, _node("quantity", name), "depends_on")
        if quantity.tier and quantity.measure:
            measured = _known(measure=quantity.measure)
            _tie(graph, node, _node("tier", quantity.tier), "sizes", **measured, primary=quantity.primary)
