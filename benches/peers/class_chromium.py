"""Headless Chromium: one process, one class."""

import pathlib
import subprocess
import sys
import tempfile

from journal import arguments, html

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-pdf-header-footer"]

snapshot, pdf, (chromium, *_) = arguments()
with tempfile.TemporaryDirectory() as folder:
    page = pathlib.Path(folder) / "journal.html"
    page.write_text(html(snapshot), encoding="utf-8")
    command = [chromium, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={pdf}", page.as_uri()]
    sys.exit(subprocess.run(command, capture_output=True).returncode)
