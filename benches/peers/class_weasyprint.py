"""WeasyPrint: one process, one class."""

import weasyprint

from journal import arguments, html

snapshot, pdf, (fonts, *_) = arguments()
weasyprint.HTML(string=html(snapshot, fonts)).write_pdf(pdf)
