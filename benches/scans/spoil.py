"""Prints pages of a house's issued copies to pictures and does to them what printers, scanners and telephones do; then measures.

    python3 benches/scans/spoil.py make HOUSE FOLDER [COUNT] [SEED]
    python3 benches/scans/spoil.py measure HOUSE FOLDER LETOPIS

`make` needs pdftoppm and Pillow. It turns by quarters and by degrees, skews, greys, shades, blurs, adds grain, reduces to 150-300 dpi, lays
several sheets to a picture, and saves as JPEG of quality 40 to 75, PNG or PDF. `truth.tsv` says which pages of which copy each picture
holds: it comes from the number of the page in the PDF, never from a reading of the code. `measure` gives all pictures to `letopis scan`
and compares; it prints the share of sheets that were recognised and the number that were laid to a wrong page.
"""

import json
import os
import random
import subprocess
import sys

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter


def printed(house, folder):
    """Pages of every issued copy at 300 dpi: file, copy, page."""
    pages = []
    for name in sorted(os.listdir(f"{house}/issued")):
        copy = name.rsplit("-v", 1)[0]
        stem = f"{folder}/pages/{name[:-4]}"
        os.makedirs(f"{folder}/pages", exist_ok=True)
        if not os.path.exists(f"{stem}.done"):
            subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", f"{house}/issued/{name}", stem], check=True)
            open(f"{stem}.done", "w").close()
        for file in sorted(os.listdir(f"{folder}/pages")):
            if file.startswith(name[:-4] + "-") and file.endswith(".png"):
                pages.append((f"{folder}/pages/{file}", copy, int(file[:-4].rsplit("-", 1)[1])))
    return pages


def signed(picture, dice):
    """Strokes of a pen somewhere on the page, and initials beside the code."""
    pen = ImageDraw.Draw(picture)
    for _ in range(dice.randint(1, 4)):
        x, y = dice.uniform(0.1, 0.75) * picture.width, dice.uniform(0.1, 0.9) * picture.height
        strokes = [(x + step * 6, y + dice.uniform(-30, 30)) for step in range(30)]
        pen.line(strokes, fill=dice.randint(30, 120), width=dice.randint(2, 5))
    return picture


def shaded(picture, low, dice):
    shade = Image.linear_gradient("L").rotate(dice.choice([0, 90, 180, 270])).resize(picture.size)
    return ImageChops.multiply(picture, shade.point(lambda value: low + (255 - low) * value // 255))


def skewed(picture, most, dice):
    width, height = picture.size
    off = lambda: dice.uniform(0, most)
    corners = (-off() * width, -off() * height, -off() * width, height + off() * height)
    corners += (width + off() * width, height + off() * height, width + off() * width, -off() * height)
    return picture.transform(picture.size, Image.QUAD, corners, Image.BICUBIC, fillcolor=255)


def laid(kind, sheets, dice):
    """The sheets on a glass, on a table or on one page; gives the picture and its dpi."""
    if kind == "two":
        turned = [s.rotate(dice.choice([0, 180]) + dice.uniform(-2, 2), Image.BICUBIC, expand=True, fillcolor=255) for s in sheets]
        glass = Image.new("L", (sum(s.width for s in turned), max(s.height for s in turned)), 255)
        left = 0
        for sheet in turned:
            glass.paste(sheet, (left, 0))
            left += sheet.width
        return glass, dice.choice([150, 200, 300])
    if kind == "four":
        width, height = max(s.width for s in sheets), max(s.height for s in sheets)
        page = Image.new("L", (2 * width, 2 * height), 255)
        for place, sheet in enumerate(sheets):
            page.paste(sheet, (place % 2 * width, place // 2 * height))
        return page, dice.choice([150, 200])
    if kind == "table":
        table = Image.new("L", (3 * 2900, 4200), dice.randint(60, 170))
        for place, sheet in enumerate(sheets):
            upright = sheet if sheet.height > sheet.width else sheet.rotate(90, expand=True)
            upright = upright.rotate(dice.choice([0, 180]))
            tilt, mask = dice.uniform(-4, 4), Image.new("L", upright.size, 255)
            at = (place * 2900, dice.randint(0, 200))
            table.paste(upright.rotate(tilt, Image.BICUBIC, expand=True), at, mask.rotate(tilt, expand=True))
        return table, dice.choice([150, 170, 200])
    picture = sheets[0].rotate(dice.choice([0, 90, 180, 270]), expand=True)
    if kind == "scan":
        paper = dice.choice([255, 230, 40])
        return picture.rotate(dice.uniform(-7, 7), Image.BICUBIC, expand=True, fillcolor=paper), dice.choice([150, 150, 200, 300])
    table = Image.new("L", (picture.width + 600, picture.height + 600), dice.randint(40, 190))
    table.paste(picture, (300, 300))
    tilted = table.rotate(dice.uniform(-20, 20), Image.BICUBIC, expand=True, fillcolor=90)
    return skewed(tilted, 0.06, dice), dice.choice([150, 170, 200, 250])


def spoilt(picture, dpi, dice):
    scale = dpi / 300
    size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
    picture = picture.resize(size, dice.choice([Image.LANCZOS, Image.BILINEAR, Image.BOX]))
    done = []
    if dice.random() < 0.5:
        picture, done = ImageEnhance.Contrast(picture).enhance(dice.uniform(0.35, 0.9)), done + ["grey"]
    if dice.random() < 0.5:
        picture, done = shaded(picture, dice.randint(90, 200), dice), done + ["shade"]
    if dice.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(dice.uniform(0.24, 0.88) * dpi / 150))
        done = done + ["blur"]
    if dice.random() < 0.6:
        grain = Image.effect_noise(picture.size, dice.uniform(5, 30))
        picture, done = ImageChops.add(picture, grain, scale=1, offset=-128), done + ["grain"]
    if "grey" not in done and "shade" not in done and dice.random() < 0.2:
        picture, done = picture.point(lambda value: 255 if value > 140 else 0), done + ["bitonal"]
    return picture, done


def make(house, folder, count, seed):
    dice = random.Random(seed)
    pages = printed(house, folder)
    truth = []
    for no in range(count):
        kind = dice.choice(["scan", "scan", "scan", "photo", "photo", "two", "four", "table"])
        chosen = [dice.choice(pages) for _ in range({"two": 2, "four": 4, "table": 3}.get(kind, 1))]
        picture, dpi = laid(kind, [signed(Image.open(file).convert("L"), dice) for file, _, _ in chosen], dice)
        picture, done = spoilt(picture, dpi, dice)
        ending = dice.choice(["jpg", "jpg", "jpg", "png", "pdf"])
        name = f"{no:04}-{'-'.join([kind, f'{dpi}dpi'] + done)}.{ending}"
        quality = dice.choice([40, 40, 55, 75])
        saved = {"jpg": {"quality": quality}, "png": {}, "pdf": {"resolution": dpi, "quality": quality}}[ending]
        picture.save(f"{folder}/{name}", **saved)
        truth.append(name + "\t" + " ".join(f"{copy}:{page}" for _, copy, page in chosen))
    with open(f"{folder}/truth.tsv", "w") as file:
        file.write("\n".join(truth) + "\n")


def measure(house, folder, letopis):
    truth = dict(line.rstrip("\n").split("\t") for line in open(f"{folder}/truth.tsv"))
    sheets = recognised = wrong = 0
    for name, expected in truth.items():
        # Each file by itself: a page may be on several pictures, and the answer must be of this one.
        said = subprocess.run([letopis, "--dir", house, "scan", "--json", f"{folder}/{name}"], capture_output=True, text=True)
        pages = json.loads(said.stdout)["files"][0]["pages"]
        found = [f"{page['copy']}:{page['leaf']}" for page in pages if page["outcome"] == "filed"]
        left = expected.split(" ")
        sheets += len(left)
        for one in found:
            if one in left:
                left.remove(one)
                recognised += 1
            elif one not in expected.split(" "):
                wrong += 1
                print(f"WRONG {name}: {one}")
        if left:
            print(f"missed {name}: {' '.join(left)}")
    print(f"{len(truth)} pictures, {sheets} sheets, recognised {recognised} ({100 * recognised / sheets:.2f} %), wrong {wrong}")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        count, seed = (sys.argv[4:] + ["500", "1"][len(sys.argv) - 4 :])[:2]
        make(sys.argv[2], sys.argv[3], int(count), int(seed))
    else:
        measure(*sys.argv[2:5])
