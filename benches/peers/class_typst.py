"""PyPI typst: one process, one class, PDF/A-3b as ours."""

import json

import typst

from journal import arguments, tables

SOURCE = """
#set page(paper: "a4", flipped: true, margin: 12mm, numbering: "1")
#set text(font: "PT Serif", size: 8pt, lang: "ru")
#for (heading, widths, rows) in json(bytes(sys.inputs.tables)) [
  == #heading
  #table(columns: widths.map(width => width * 1fr), stroke: 0.35pt, inset: 2pt, ..rows.flatten())
  #pagebreak(weak: true)
]
"""

snapshot, pdf, (fonts, *_) = arguments()
data = json.dumps(list(tables(snapshot)), ensure_ascii=False)
typst.compile(SOURCE.encode(), output=pdf, font_paths=[fonts], ignore_system_fonts=True, sys_inputs={"tables": data}, pdf_standards="a-3b")
