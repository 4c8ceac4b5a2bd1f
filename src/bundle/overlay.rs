//! An addition: rows that come are laid over rows that stand, by their keys. Floor 1.
//!
//! What is not named stays as it is. Where several rows make one fact (the members of a group, the marks of a learner in a lesson) the rows
//! that come replace all that stand of it.

use std::collections::{HashMap, HashSet};

use super::layout::File;
use super::rows;
use super::sheet::{Row, Sheet};

/// Lays a sheet over the standing rows. Rows that stand keep their places, so that nobody's order changes; new ones follow.
pub fn lay(sheet: &mut Sheet<'_>, standing: Vec<Vec<String>>) {
    let file = sheet.file;
    let coming = std::mem::take(&mut sheet.rows);
    if matches!(file, File::Groups | File::Marks) {
        let named: HashSet<Vec<String>> = coming.iter().map(|row| fact(file, &|place| row.cell(place))).collect();
        let kept = standing.into_iter().filter(|cells| !named.contains(&fact(file, &|place| &cells[place])));
        sheet.rows = kept.map(Row::standing).chain(coming).collect();
        return;
    }
    let mut places: HashMap<Vec<String>, usize> = HashMap::with_capacity(standing.len());
    for (place, cells) in standing.iter().enumerate() {
        places.insert(fact(file, &|column| &cells[column]), place);
    }
    let mut rows: Vec<Row<'_>> = standing.into_iter().map(Row::standing).collect();
    let mut taken = HashSet::new();
    for mut row in coming {
        match places.get(&fact(file, &|place| row.cell(place))) {
            // The second row of a key stands beside the first, so that it is found as the duplicate that it is.
            Some(place) if taken.insert(*place) => {
                for absent in &sheet.absent {
                    let cell = rows[*place].cell(*absent).to_owned();
                    row.set(*absent, cell);
                }
                rows[*place] = row;
            }
            _ => rows.push(row),
        }
    }
    sheet.rows = rows;
}

/// What a row is about: its key, spelled in one way.
fn fact<'c>(file: File, cell: &dyn Fn(usize) -> &'c str) -> Vec<String> {
    let layout = file.layout();
    let key = if file == File::Groups { 1 } else { layout.key };
    (0..key)
        .map(|place| {
            let text = cell(place);
            match layout.columns[place].name {
                "date" => rows::date(text).map_or_else(|| text.to_owned(), |date| date.to_string()),
                "number" => text.parse::<u8>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
                _ => text.to_owned(),
            }
        })
        .collect()
}
