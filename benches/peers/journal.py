"""A frozen snapshot as plain tables, the same for every peer: headings and rows of text."""

import json
import sys

CHUNK = 30  # lessons on one spread, as in the copies of Letopis


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def tables(snapshot):
    """Yields (heading, column widths as shares, rows): marks and topics of each course in chunks, then the class's own sheets."""
    for sheet in snapshot["sheets"]:
        if sheet["kind"] == "course":
            yield from course(sheet)
        elif sheet["kind"] == "final_marks":
            rows = [["№", "Фамилия, имя", *sheet["subjects"]]]
            rows += [[str(row["no"]), row["name"], *row["marks"]] for row in sheet["rows"]]
            yield "Итоговые отметки", [1, 6] + [2] * len(sheet["subjects"]), rows


def course(sheet):
    heading = f'{sheet["subject"]} {sheet["group"]}'.strip()
    lessons = sheet["lessons"]
    for start in range(0, len(lessons), CHUNK):
        part = lessons[start:start + CHUNK]
        rows = [["№", "Фамилия, имя", *(lesson["date"][8:] for lesson in part), sheet["final_heading"]]]
        for row in sheet["rows"]:
            rows.append([str(row["no"]), row["name"], *row["cells"][start:start + CHUNK], row["final_mark"]])
        yield heading, [1, 6] + [1] * len(part) + [2], rows
        rows = [["№", "Дата", "Ч.", "Что пройдено на уроке", "Домашнее задание", "Замена"]]
        for number, lesson in enumerate(part, start + 1):
            rows.append([str(number), lesson["date"], str(lesson["hours"]), lesson["topic"], lesson["homework"], lesson["substitute"]])
        yield heading, [1, 2, 1, 10, 8, 4], rows


def html(snapshot, fonts=None):
    """One page a table, in HTML for the browsers' engines."""
    from html import escape

    face = f'@font-face {{ font-family: "PT Serif"; src: url("file://{fonts}/PTF55F.ttf"); }}' if fonts else ""
    parts = ['<!doctype html><html lang="ru"><meta charset="utf-8"><title>Журнал</title><style>', face,
             '@page { size: A4 landscape; margin: 12mm; } body { font: 8pt "PT Serif", serif; } table { border-collapse: collapse; width: 100%;'
             ' table-layout: fixed; } td { border: 0.35pt solid #000; padding: 1pt 2pt; overflow-wrap: anywhere; } section { break-after: page; }'
             '</style>']
    for heading, widths, rows in tables(snapshot):
        total = sum(widths)
        columns = "".join(f'<col style="width:{100 * width / total:.2f}%">' for width in widths)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        parts.append(f"<section><h2>{escape(heading)}</h2><table><colgroup>{columns}</colgroup>{body}</table></section>")
    parts.append("</html>")
    return "".join(parts)


def arguments():
    """snapshot, PDF, and what else the driver gave."""
    return load(sys.argv[1]), sys.argv[2], sys.argv[3:]
