//! Exchange: spreadsheets, offices' CSV, OneRoster and other makers' files come in as bundles; data leaves as CSV, XLSX, JSON. Floor 2.
