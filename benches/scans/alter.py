"""One mark changed on paper with a pen, then scanned: is it found, and is a clean sheet left in peace?

    python3 benches/scans/alter.py make HOUSE FOLDER [COUNT] [SEED]
    python3 benches/scans/alter.py measure HOUSE FOLDER LETOPIS

`make` needs pdftoppm, pdftotext and Pillow. Half of the COUNT (400) pictures are of clean sheets, a part of them signed and sealed in their places;
the others carry one change: a mark overwritten, struck out, added in an empty cell, or covered with white. Pens are blue and black, 0.3 to 0.5 mm. All are then
turned, skewed a little, greyed, shaded, softened, given grain, dust and a fold, reduced to 150-300 dpi and saved as JPEG (`spoil.py`).
`changes.tsv` says what was done where, in millimetres. `measure` gives all to `letopis scan` and counts false alarms and what was missed.
"""

import json
import math
import os
import random
import re
import subprocess
import sys

from PIL import Image, ImageDraw

import spoil

DPI = 300
MM = DPI / 25.4
# Pens as a grey scanner sees them: blue (25, 40, 130) and (45, 60, 165), black (20, 20, 25) and (50, 50, 55).
PENS = [46, 67, 21, 51]
# Strokes of a hand's digits in a box of 1 by 1.6.
DIGITS = {
    "2": [[(0.1, 0.4), (0.4, 0), (0.9, 0.3), (0.7, 0.9), (0, 1.6), (1, 1.55)]],
    "3": [[(0.05, 0.2), (0.5, 0), (0.9, 0.35), (0.4, 0.75), (0.95, 1.15), (0.5, 1.6), (0, 1.4)]],
    "4": [[(0.2, 0), (0, 0.9), (1, 0.85)], [(0.75, 0.1), (0.7, 1.6)]],
    "5": [[(0.15, 0.05), (0.1, 0.7), (0.7, 0.6), (0.95, 1.1), (0.5, 1.6), (0, 1.45)], [(0.15, 0.05), (0.95, 0)]],
    "6": [[(0.8, 0), (0.15, 0.7), (0.1, 1.3), (0.5, 1.6), (0.95, 1.2), (0.5, 0.85), (0.1, 1.15)]],
    "8": [[(0.5, 0.75), (0.1, 0.35), (0.5, 0), (0.9, 0.35), (0.1, 1.2), (0.5, 1.6), (0.95, 1.2), (0.5, 0.75)]],
    "Н": [[(0.05, 0), (0, 1.6)], [(0.95, 0.05), (0.9, 1.55)], [(0, 0.8), (0.95, 0.75)]],
}


def words_of(pdf):
    """Boxes of words by page, mm."""
    text = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pages = []
    for line in text.splitlines():
        if "<page " in line:
            pages.append([])
        found = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', line)
        if found:
            pages[-1].append((*[float(part) * 25.4 / 72 for part in found.groups()[:4]], found.group(5)))
    return pages


def stroked(pen, points, ink, width, dice):
    """A line as a hand draws it: a little bent, round ends."""
    bent = [(x + dice.uniform(-0.05, 0.05) * MM, y + dice.uniform(-0.05, 0.05) * MM) for x, y in points]
    pen.line(bent, fill=ink, width=round(width), joint="curve")
    for x, y in bent:
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=ink)


def boxed(points):
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return [min(xs) / MM, min(ys) / MM, max(xs) / MM, max(ys) / MM]


def written(pen, digit, x, y, height, ink, width, dice):
    """A digit whose upper left corner is at x, y mm; gives its box."""
    unit, every = height / 1.6, []
    for stroke in DIGITS[digit]:
        points = [((x + u * unit) * MM, (y + v * unit) * MM) for u, v in stroke]
        stroked(pen, points, ink, width, dice)
        every += points
    return boxed(every)


def changed(sheet, words, dice):
    """One change on the sheet: its kind and its box in mm."""
    pen = ImageDraw.Draw(sheet)
    ink = dice.choice(PENS)
    width = dice.uniform(0.3, 0.5) * MM
    marks = [word for word in words if word[4] in ("2", "3", "4", "5") and word[1] > 35 and word[3] < 240]
    kind = dice.choice(["overwritten", "overwritten", "struck", "added", "covered"])
    if not marks:
        kind = "added"
    if kind == "added":
        # Beside a mark, in the next cell, or somewhere on the sheet when it has none.
        places = [word[1] for word in words if word[4] in ("(подпись)", "М.П.")]
        x, y = dice.uniform(30, 170), dice.choice([y for y in range(45, 225) if all(abs(y - place + 6) > 28 for place in places)] or [30])
        if marks:
            left, top, right, bottom, _ = dice.choice(marks)
            x, y = left + dice.choice([-5.5, 5.5]), (top + bottom) / 2 - 1.4
        return kind, written(pen, dice.choice("2345Н"), x, y, dice.uniform(2.4, 3.2), ink, width, dice)
    left, top, right, bottom, mark = dice.choice(marks)
    cx, cy = (left + right) / 2, (top + bottom) / 2
    if kind == "struck":
        points = [((cx - 1.6) * MM, (cy + dice.uniform(-0.8, 0.8)) * MM), ((cx + 1.6) * MM, (cy + dice.uniform(-0.8, 0.8)) * MM)]
        stroked(pen, points, ink, width, dice)
        return kind, boxed(points)
    if kind == "covered":
        pen.rectangle(((left - 0.2) * MM, (cy - 1.3) * MM, (right + 0.2) * MM, (cy + 1.3) * MM), fill=255)
        return kind, [left, cy - 1.2, right, cy + 1.2]
    digit = dice.choice([other for other in "234568" if other != mark])
    height = dice.uniform(2.2, 3.0)
    return kind, written(pen, digit, cx - height / 3.2, cy - height / 2, height, ink, width, dice)


def signed(sheet, words, dice):
    """A signature on its line, the day beside it, and on a title page the seal."""
    pen = ImageDraw.Draw(sheet)
    ink, width = dice.choice(PENS), dice.uniform(0.3, 0.6) * MM
    for left, top, right, bottom, word in words:
        if word == "(подпись)":
            x, y = left - dice.uniform(4, 10), top - dice.uniform(1, 3)
            points = [((x + step * 1.3) * MM, (y - abs(math.sin(step * dice.uniform(0.8, 1.4))) * dice.uniform(2, 8)) * MM) for step in range(16)]
            stroked(pen, points, ink, width, dice)
        # Initials are followed by their surname; the seal's place stands alone.
        named = any(abs(other[1] - top) < 1 and 0 < other[0] - right < 5 for other in words)
        if word == "М.П." and not named:
            cx, cy, radius = (left + right) / 2 + dice.uniform(-3, 3), (top + bottom) / 2 + dice.uniform(-3, 3), 20
            for r in (radius, radius - 1.5, radius * 0.6):
                pen.ellipse([(cx - r) * MM, (cy - r) * MM, (cx + r) * MM, (cy + r) * MM], outline=78, width=round(0.4 * MM))


def soiled(sheet, page, dice):
    """Dust, a fold, holes of a folder."""
    pen = ImageDraw.Draw(sheet)
    for _ in range(dice.randint(0, 12)):
        x, y, r = dice.uniform(0, sheet.width), dice.uniform(0, sheet.height), dice.uniform(0.05, 0.17) * MM
        pen.ellipse((x - r, y - r, x + r, y + r), fill=dice.randint(40, 160))
    if dice.random() < 0.3:
        y = sheet.height * dice.uniform(0.3, 0.7)
        pen.line((0, y, sheet.width, y + dice.uniform(-20, 20)), fill=dice.randint(205, 230), width=4)
    if dice.random() < 0.3:
        # At the binding: left on odd pages, right on even ones.
        x = (8 if page % 2 else 202) * MM
        for y in (108, 188):
            pen.ellipse((x - 3 * MM, (y - 3) * MM, x + 3 * MM, (y + 3) * MM), fill=60)


def scanned(sheet, dice):
    """What a scanner makes of it; the picture and its dpi."""
    dpi = dice.choice([150, 150, 150, 200, 300])
    sheet = spoil.skewed(sheet, 0.004, dice)
    paper = dice.choice([255, 235, 60])
    sheet = sheet.rotate(dice.choice([0, 0, 0, 90, 180, 270]), expand=True)
    sheet = sheet.rotate(dice.uniform(-4, 4), Image.BICUBIC, expand=True, fillcolor=paper)
    return spoil.spoilt(sheet, dpi * dice.uniform(0.985, 1.015), dice) + (dpi,)


def make(house, folder, count, seed):
    dice = random.Random(seed)
    os.makedirs(f"{folder}/sheets", exist_ok=True)
    issued = sorted(os.listdir(f"{house}/issued"))
    words = {}
    truth = open(f"{folder}/changes.tsv", "w")
    for no in range(count):
        name = dice.choice(issued)
        pdf = f"{house}/issued/{name}"
        if name not in words:
            words[name] = words_of(pdf)
        page = dice.randrange(len(words[name]))
        of_page = words[name][page]
        stem = f"{folder}/sheets/{name[:-4]}-{page + 1}"
        if not os.path.exists(f"{stem}.png"):
            subprocess.run(["pdftoppm", "-r", str(DPI), "-f", str(page + 1), "-singlefile", "-gray", "-png", pdf, stem], check=True)
        sheet = Image.open(f"{stem}.png").convert("L")
        kind, box = "clean", []
        if dice.random() < 0.5:
            signed(sheet, of_page, dice)
        if no % 2:
            kind, box = changed(sheet, of_page, dice)
        soiled(sheet, page + 1, dice)
        picture, done, dpi = scanned(sheet, dice)
        file = f"{no:04}-{kind}-{'-'.join([f'{dpi}dpi'] + done)}.jpg"
        picture.save(f"{folder}/{file}", quality=dice.choice([50, 65, 80]), dpi=(dpi, dpi))
        truth.write("\t".join([file, name.rsplit("-v", 1)[0], str(page + 1), kind, " ".join(f"{part:.1f}" for part in box)]) + "\n")
        truth.flush()
    truth.close()


def meets(box, found, slack=1.0):
    """Do two boxes share a place, with a millimetre to spare?"""
    return box[0] - slack < found["x"] + found["width"] and found["x"] < box[2] + slack and box[1] - slack < found["y"] + found["height"] and found["y"] < box[3] + slack


def measure(house, folder, letopis):
    clean = alarms = changed = hit = unread = unsaid = 0
    for line in open(f"{folder}/changes.tsv"):
        file, copy, page, kind, box = line.rstrip("\n").split("\t")
        said = subprocess.run([letopis, "--dir", house, "scan", "--json", f"{folder}/{file}"], capture_output=True, text=True)
        pages = [one for one in json.loads(said.stdout)["files"][0]["pages"] if one["copy"] == copy and one["leaf"] == int(page)]
        if not pages:
            unread += 1
            print(f"not recognised {file}")
            continue
        compared = pages[0]["compared"]
        if "differences" not in compared:
            unsaid += 1
            print(f"not compared {file}: {compared}")
            continue
        found = [one for one in compared["differences"] if one["class"] != "handwritten"]
        if kind == "clean":
            clean += 1
            if found:
                alarms += 1
                print(f"FALSE ALARM {file} {copy}:{page}: {found}")
            continue
        changed += 1
        box = [float(part) for part in box.split(" ")]
        if any(meets(box, one) for one in found):
            hit += 1
            for one in found:
                if not meets(box, one, 3.0):
                    print(f"beside the change {file} {copy}:{page}: {one}")
        else:
            print(f"MISSED {file} {copy}:{page} {box}: {found}")
    print(f"not recognised {unread}, not compared {unsaid}")
    print(f"clean sheets {clean}, with a false alarm {alarms} ({100 * alarms / max(clean, 1):.2f} %)")
    print(f"changed sheets {changed}, found in the right place {hit} ({100 * hit / max(changed, 1):.2f} %)")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        count, seed = (sys.argv[4:] + ["400", "1"][len(sys.argv) - 4 :])[:2]
        make(sys.argv[2], sys.argv[3], int(count), int(seed))
    else:
        measure(*sys.argv[2:5])
