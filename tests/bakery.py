"""A small chain from flour to coffee houses whose exposures are worked by hand; every figure is invented.

Guests eat bread, bakers buy flour, coffee houses buy bread, ovens are a complement, and one tier sells abroad in
another currency. Figures of 2025, in the base scenario:

    guests 1000, bread 2 kg a guest           -> 2000 kg of bread
    bread 10 CNY/kg, flour 0.5 kg/kg, 4 CNY/kg -> bread 20000 CNY, flour 4000 CNY
    coffee houses sell it at 3 times its cost  -> 60000 CNY; three quarters of the bread is sold at home -> 15000 CNY
    ovens 1.5 CNY for every kg                 -> 3000 CNY; 6 USD a guest abroad -> 6000 USD
"""

from __future__ import annotations

from functools import cache

from bullwhip import Workspace
from bullwhip.compile import compile_program
from bullwhip.workspace.opening import check_files

__all__ = ["capped", "changed", "files", "opened", "workspace"]

_HEADER = """\
workspace: {id: bakery, label: {zh: 面包, en: bakery}}
time: {first: 2024, last: 2025, default: 2025}
units: {guest: {zh: 客人, en: guest, aliases: [位]}}
"""

_DRIVERS = """\
drivers:
  guests.count: {label: {zh: 客人, en: guests}, unit: guest, kind: flow, foreach: [period]}
  bread.per_guest: {label: {zh: 人均面包, en: bread a guest}, unit: kg/guest, kind: coefficient}
  bread.price: {label: {zh: 面包价格, en: price of bread}, unit: CNY/kg, kind: price}
  bread.home_share: {label: {zh: 内销占比, en: part sold at home}, unit: "1", kind: ratio}
  flour.per_bread: {label: {zh: 单位用面粉, en: flour in bread}, unit: kg/kg, kind: coefficient}
  flour.price: {label: {zh: 面粉价格, en: price of flour}, unit: CNY/kg, kind: price}
  cafe.markup: {label: {zh: 加价, en: markup}, unit: "1", kind: ratio}
  oven.cost: {label: {zh: 烤箱费用, en: ovens for bread}, unit: CNY/kg, kind: price}
  abroad.spending: {label: {zh: 海外消费, en: spent abroad}, unit: USD/guest, kind: price}
"""

_RULES = """\
rules:
  bread.volume:
    {label: {zh: 面包, en: bread}, unit: kg, kind: flow, foreach: [period], tier: bakery, measure: volume,
     edge: {from: cafe, to: bakery}, expression: guests.count * bread.per_guest, source: 901/T1}
  bread.market:
    {label: {zh: 面包市场, en: bread market}, unit: CNY, kind: flow, foreach: [period], tier: bakery,
     measure: revenue, primary: true, edge: {from: cafe, to: bakery}, expression: bread.volume * bread.price,
     source: 901/T1}
  bread.home:
    {label: {zh: 面包内销, en: bread at home}, unit: CNY, kind: flow, foreach: [period], tier: bakery,
     measure: revenue, edge: {from: cafe, to: bakery}, expression: bread.market * bread.home_share, source: 901/T1}
  flour.market:
    {label: {zh: 面粉市场, en: flour market}, unit: 万 CNY, kind: flow, foreach: [period], tier: mill,
     measure: revenue, primary: true, edge: {from: bakery, to: mill},
     expression: bread.volume * flour.per_bread * flour.price, source: 901/T1}
  cafe.market:
    {label: {zh: 咖啡馆市场, en: coffee houses}, unit: CNY, kind: flow, foreach: [period], tier: cafe,
     measure: revenue, primary: true, edge: {from: guest, to: cafe}, expression: bread.market * cafe.markup,
     source: 901/T1}
  oven.market:
    {label: {zh: 烤箱市场, en: ovens}, unit: CNY, kind: flow, foreach: [period], tier: oven,
     measure: revenue, primary: true, edge: {from: bakery, to: oven}, expression: bread.volume * oven.cost,
     source: 901/T1}
  abroad.market:
    {label: {zh: 海外市场, en: abroad}, unit: USD, kind: flow, foreach: [period], tier: abroad,
     measure: revenue, primary: true, edge: {from: guest, to: abroad},
     expression: guests.count * abroad.spending, source: 901/T1}
"""

_CHAIN = """\
@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

tier:mill a bw:Tier ; bw:order 1 ; skos:prefLabel "面粉"@zh , "mill"@en .
tier:bakery a bw:Tier ; bw:order 2 ; skos:prefLabel "面包"@zh , "bakery"@en .
tier:oven a bw:Tier ; bw:order 2 ; skos:prefLabel "烤箱"@zh , "oven"@en .
tier:cafe a bw:Tier ; bw:order 3 ; skos:prefLabel "咖啡馆"@zh , "coffee house"@en .
tier:abroad a bw:Tier ; bw:order 4 ; skos:prefLabel "海外"@zh , "abroad"@en .
tier:guest a bw:Tier ; bw:isDemand true ; skos:prefLabel "客人"@zh , "guest"@en .

tier:mill bw:supplies tier:bakery .
tier:bakery bw:supplies tier:cafe .
tier:cafe bw:supplies tier:guest .
tier:abroad bw:supplies tier:guest .
tier:bakery bw:pulls tier:oven .
"""

_COMPANIES = """\
id	label_zh	label_en	kind	ticker	exchange	ticker_source	parent	parent_source	members	aliases
acme	全家	Acme		600100	SH	901:T1
grain	谷物	Grain
home	本地	Home
loaf	面包房	Loaf
"""

_MEASURES = """\
id	label_zh	label_en	units	timed	aliases
revenue	营业收入	revenue	money
part	份额	share	%		share
"""

_DOCUMENT = """\
document:
  id: "901"
  title: {zh: 面包, en: Bread}
  publisher: {zh: 甲, en: A}
  published: "2025-03-01"
units:
  {位: guest, kg/位: kg/guest, 元/kg: CNY/kg, USD/位: USD/guest, 元: CNY, 万元: 万 CNY, USD: USD, "%": "%", "": "1"}
segments:
  mills: {tier: mill, role: supplier}
  bakers: {tier: bakery, role: supplier}
  houses: {tier: cafe, role: supplier}
  ovens: {tier: oven, role: supplier}
  abroad: {tier: abroad, role: supplier}
tables:
  T1: the world
cells:
  - {tables: [T1], row: guests, quantity: guests.count, unit: guest}
claims:
  - {subject: guest, measure: bread, quantity: bread.per_guest, unit: kg/guest}
  - {subject: bread, measure: price, quantity: bread.price, unit: CNY/kg}
  - {subject: bread, measure: at home, quantity: bread.home_share, unit: "%"}
  - {subject: bread, measure: flour, quantity: flour.per_bread, unit: "1"}
  - {subject: flour, measure: price, quantity: flour.price, unit: CNY/kg}
  - {subject: cafe, measure: markup, quantity: cafe.markup, unit: "1"}
  - {subject: oven, measure: cost, quantity: oven.cost, unit: CNY/kg}
  - {subject: guest, measure: abroad, quantity: abroad.spending, unit: USD/guest}
shares:
  - {subject: Acme, measure: share of bread, company: acme, tier: bakery, of: bread.market}
  - {subject: Acme, measure: share of flour, company: acme, tier: mill, of: flour.market}
  - {subject: Acme, measure: share abroad, company: acme, tier: abroad, of: abroad.market}
  - {subject: Acme, measure: share of houses, company: acme, tier: cafe, of: cafe.market}
  - {subject: Loaf, measure: share of bread, company: loaf, tier: bakery, of: bread.market}
  - {subject: Home, measure: share of bread, company: home, tier: bakery, of: bread.market}
  - {subject: Home, measure: share at home, company: home, tier: bakery, of: bread.home}
"""

_CELLS = """\
locator	row	column	part	lexical	value	low	high	bound	unit	status	line
T1	guests	2024		800	800				位	A	11
T1	guests	2025E		1000	1000				位	E	11
"""

_CLAIMS = """\
locator	subject	measure	value	low	high	bound	text_value	unit	period	status	by	basis	line
1	guest	bread	2					kg/位	-	spec			21
1	bread	price	10					元/kg	-	spec			22
1	bread	at home	75					%	-	spec			23
1	bread	flour	0.5						-	spec			24
1	flour	price	4					元/kg	-	spec			25
1	cafe	markup	3						-	spec			26
1	oven	cost	1.5					元/kg	-	spec			27
1	guest	abroad	6					USD/位	-	spec			28
2	Acme	share of bread	40					%	2024	A			31
2	Acme	share of flour	30					%	2024	A			32
2	Acme	share abroad	10					%	2024	A			33
2	Acme	share of houses	5					%	2024	A			34
2	Loaf	share of bread		20	30			%	2024	A			35
2	Home	share of bread	5					%	2024	A			36
2	Home	share at home	50					%	2024	A			37
3	Acme	revenue	1.6					万元	2025	E			41
3	Acme	revenue	1.5					万元	2024	A			42
3	Acme	revenue	9					万元	2025Q1	A			43
3	Loaf	revenue	900					USD	2025	E			44
"""

_VENDORS = """\
locator	segment	company	role	stance	line
4	bakers	Acme	baker		51
4	mills	Acme	miller		52
4	houses	Acme	house		53
4	ovens	Acme	oven		54
4	abroad	Acme	abroad		55
4	bakers	Loaf	baker		56
4	bakers	Home	baker		57
4	mills	Grain	miller		58
"""

_LATER = """\
document:
  id: "902"
  title: {zh: 面包之二, en: More bread}
  publisher: {zh: 乙, en: B}
  published: "2026-02-01"
units: {位: guest, 元: CNY, "%": "%"}
segments:
  mills: {tier: mill, role: supplier}
tables:
  T1: the world
cells:
  - {tables: [T1], row: guests, quantity: guests.count, unit: guest}
"""

_LATER_CELLS = """\
locator	row	column	part	lexical	value	low	high	bound	unit	status	line
T1	guests	2025		1100	1100				位	A	11
"""

_LATER_CLAIMS = """\
locator	subject	measure	value	low	high	bound	text_value	unit	period	status	by	basis	line
3	Acme	revenue	20000					元	2025	A			41
"""


def files(*, later: bool = False) -> dict[str, bytes]:
    """Return the files of the workspace; with a later document, that prints guests and a revenue anew."""
    facts = "ontology/facts"
    texts = {
        "rules/workspace.yaml": _HEADER, "rules/drivers.yaml": _DRIVERS, "rules/rules.yaml": _RULES,
        "ontology/chain/chain.ttl": _CHAIN, "ontology/companies.tsv": _COMPANIES, "ontology/measures.tsv": _MEASURES,
        f"{facts}/901/document.yaml": _DOCUMENT, f"{facts}/901/cells.tsv": _CELLS,
        f"{facts}/901/claims.tsv": _CLAIMS, f"{facts}/901/vendors.tsv": _VENDORS,
    }  # fmt: skip
    if later:
        texts |= {
            f"{facts}/902/document.yaml": _LATER, f"{facts}/902/cells.tsv": _LATER_CELLS,
            f"{facts}/902/claims.tsv": _LATER_CLAIMS,
        }  # fmt: skip
    return {name: (_padded(text) if name.endswith(".tsv") else text).encode() for name, text in texts.items()}


def _padded(table: str) -> str:
    """Return a table with as many cells in every row as in its heading."""
    width = table.partition("\n")[0].count("\t")
    return "".join(line + "\t" * (width - line.count("\t")) + "\n" for line in table.splitlines())


@cache
def workspace(*, later: bool = False) -> Workspace:
    """Return the opened workspace."""
    return opened(files(later=later))


def opened(some: dict[str, bytes]) -> Workspace:
    """Return the workspace of files, such as changed ones of this one."""
    return Workspace(compile_program(check_files(some, "")), some)


def changed(name: str, old: str, new: str) -> Workspace:
    """Return the workspace with a text in one of its files replaced."""
    some = files()
    text = some[name].decode()
    if old not in text:
        raise ValueError(f"{old!r} is not in {name}")
    return opened(some | {name: text.replace(old, new).encode()})


def capped() -> Workspace:
    """Return the workspace with ovens for just as much bread as the guests of 2025 eat: a kink at its tip."""
    some = files()
    limit = '  bread.limit: {label: {zh: 上限, en: limit}, unit: kg, kind: stock, assume: [{value: "2000", note: n}]}\n'
    some["rules/drivers.yaml"] += limit.encode()
    rules = some["rules/rules.yaml"].decode()
    text = rules.replace("guests.count * bread.per_guest", '"min(guests.count * bread.per_guest, bread.limit)"')
    return opened(some | {"rules/rules.yaml": text.encode()})
