"""ReportLab: one process, one class; neither tags nor PDF/A."""

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle
from xml.sax.saxutils import escape

from journal import arguments, tables

MARGIN = 34  # points, 12 mm

snapshot, pdf, (fonts, *_) = arguments()
pdfmetrics.registerFont(TTFont("PT Serif", f"{fonts}/PTF55F.ttf"))
text = ParagraphStyle("text", fontName="PT Serif", fontSize=8, leading=10)
heading_style = ParagraphStyle("heading", fontName="PT Serif", fontSize=12, leading=18)
grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.35, "black"), ("FONT", (0, 0), (-1, -1), "PT Serif", 8), ("TOPPADDING", (0, 0), (-1, -1), 1),
                   ("BOTTOMPADDING", (0, 0), (-1, -1), 1), ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)])
width = landscape(A4)[0] - 2 * MARGIN
story = []
for heading, shares, rows in tables(snapshot):
    # Only long texts need a paragraph that breaks lines; a mark is drawn as it is.
    cells = [[Paragraph(escape(cell), text) if len(cell) > 12 else cell for cell in row] for row in rows]
    columns = [width * share / sum(shares) for share in shares]
    story += [Paragraph(escape(heading), heading_style), Table(cells, colWidths=columns, style=grid, repeatRows=1), PageBreak()]
SimpleDocTemplate(pdf, pagesize=landscape(A4), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN).build(story)
