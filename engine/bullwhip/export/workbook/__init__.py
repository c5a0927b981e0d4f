"""A workbook with live formulas: drivers, rules, results, elasticities, exposures, claims and documents as sheets.

Pure: it takes a program with its numbers and gives the bytes of a file; the same content gives the same bytes.
"""

from __future__ import annotations

from bullwhip.export.workbook.book import Book
from bullwhip.export.workbook.content import Content, Driver, Exposed, Judged, Measured
from bullwhip.export.workbook.formulas import Formulas
from bullwhip.export.workbook.layout import Grid
from bullwhip.export.workbook.names import cell_names, variant_name
from bullwhip.export.workbook.sheets_answers import write_exposure, write_sensitivities
from bullwhip.export.workbook.sheets_inputs import AS_WRITTEN, write_cover, write_drivers, write_variants
from bullwhip.export.workbook.sheets_model import CHOSEN, write_elasticity, write_results, write_rules, write_steps
from bullwhip.export.workbook.sheets_sources import claim_rows, write_claims, write_documents
from bullwhip.export.workbook.slopes import Slopes

__all__ = ["AS_WRITTEN", "Content", "Driver", "Exposed", "Judged", "Measured", "to_workbook"]


def to_workbook(content: Content) -> bytes:
    """Return a workbook of a program under one scenario.

    Raises:
        LimitError: BW901 where a sheet cannot hold all rows.
    """
    program, stamp = content.program, content.stamp
    label = program.header.label.text("en") or program.header.id
    footer = " · ".join(
        f"{key} {stamp[key][:12] if key == 'inputs' else stamp[key]}"
        for key in ("bullwhip", "workspace", "inputs", "scenario", "data_date")
        if stamp.get(key)
    )
    book = Book(stamp.get("data_date", ""), label, footer)
    grid, at = Grid.of(content), claim_rows(content)
    with_variants = [q.id for q in program.quantities.values() if q.variants]
    names = cell_names(program.cells, [CHOSEN, *(variant_name(q) for q in with_variants)])
    formulas = Formulas(program.dag, names)
    sheets = ["drivers", *(["variants"] if with_variants else []), "results", "elasticity", "sensitivities"]
    reached = any(content.exposures.values())
    sheets += [*(["exposure"] if reached else []), "rules", "claims", "documents"]
    write_cover(book, content, sheets)
    drivers = write_drivers(book, content, grid, at)
    if with_variants:
        write_variants(book, content)
    write_results(book, content, grid, drivers, formulas, at)
    slopes = Slopes(formulas, [f"elasticity!{grid.at(p)}" for p in range(len(program.cells))])
    choices = f"=lists!$A$1:$A${len(content.drivers)}" if content.drivers else ""
    write_elasticity(book, content, grid, slopes, choices)
    write_sensitivities(book, content, grid, names)
    if reached:
        write_exposure(book, content, grid)
    write_rules(book, content, grid)
    write_claims(book, content, grid, drivers)
    write_documents(book, content)
    write_steps(book, content, formulas)
    lists = book.sheet("lists")
    for row, driver in enumerate(content.drivers):
        lists.text(row, 0, driver.name)
    lists.inner.hide()
    return book.close()
