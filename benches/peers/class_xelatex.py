"""XeLaTeX: one process, one class, one pass."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from journal import arguments, tables

SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_", "^": r"\^{}", "~": r"\~{}"}


def tex(text):
    return "".join(SPECIAL.get(letter, letter) for letter in text.replace("\n", " "))


snapshot, pdf, (fonts, *_) = arguments()
lines = [r"\documentclass[8pt]{extarticle}\usepackage[a4paper,landscape,margin=12mm]{geometry}\usepackage{fontspec,longtable,array}",
         rf"\setmainfont{{PTF55F}}[Path={fonts}/,Extension=.ttf]\setlength\tabcolsep{{1pt}}\begin{{document}}"]
for heading, shares, rows in tables(snapshot):
    columns = "|".join(rf"p{{\dimexpr {share / sum(shares):.4f}\textwidth-2\tabcolsep}}" for share in shares)
    lines.append(rf"\section*{{{tex(heading)}}}\begin{{longtable}}{{|{columns}|}}\hline")
    lines += [" & ".join(map(tex, row)) + r" \\ \hline" for row in rows]
    lines.append(r"\end{longtable}\clearpage")
lines.append(r"\end{document}")
with tempfile.TemporaryDirectory() as folder:
    source = pathlib.Path(folder) / "journal.tex"
    source.write_text("\n".join(lines), encoding="utf-8")
    code = subprocess.run(["xelatex", "-interaction=batchmode", source.name], cwd=folder, capture_output=True).returncode
    result = source.with_suffix(".pdf")
    if not result.exists():
        sys.exit(code or 1)
    shutil.copy(result, pdf)
