//! The certificate of a comparison or a rehearsal: what was looked at, what was found wrong, how much was read. Floor 0.

use crate::domain::carrier::manifest::{Coverage, Fault};
use crate::domain::form::{Align, Block, Form, Part, Signature, Table};
use crate::domain::forms::Letterhead;
use crate::domain::words::{self, moment_words};

/// What a certificate is of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Number.
    pub no: u64,
    /// «Сверка носителя» or «Пробное восстановление».
    pub what: String,
    /// Carrier in words.
    pub carrier: String,
    /// RFC 3339.
    pub at: String,
    /// Was everything right?
    pub valid: bool,
    /// «Фамилия И.О.» of who made it.
    pub by: String,
    /// In which office: a rehearsal is made by the director, who has the code; empty = the technical specialist.
    pub post: String,
    /// Office and «И.О. Фамилия» of the others who took part, the name empty for a place for ink: a rehearsal is made by two.
    pub others: Vec<(String, String)>,
}

/// The certificate of a comparison or a rehearsal: what was looked at, and how much of it, before what came of it.
pub fn certificate(letterhead: &Letterhead, checked: &Checked, coverage: &Coverage) -> Form {
    let of = |(done, all): (u64, u64)| {
        if all == 0 {
            "не проверялось".to_owned()
        } else {
            format!("{} из {}", words::grouped(done), words::grouped(all))
        }
    };
    let yes = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
    // A check of an earlier program that found something did not say what.
    let is_told = checked.valid || !coverage.faults.is_empty();
    let key = match key_fault(coverage) {
        _ if !is_told => "в записи этой проверки не указано",
        None => "совпал",
        Some(fault) if fault.code == "backup.part-missing" => "НЕТ НА НОСИТЕЛЕ",
        Some(fault) if fault.code == "backup.unreadable" => "НЕ ПРОЧИТАН",
        Some(_) => "НЕ СОВПАЛ",
    };
    let mut table = Table::new(&[("Что проверено", 60), ("Полнота", 40)]).named("Полнота").sized(90);
    let restored = coverage.tables.1 > 0;
    let parts = match coverage.parts {
        (right, all) if right < all => format!("{}; остальные НЕ СОВПАЛИ или не прочитаны", of(coverage.parts)),
        _ => of(coverage.parts),
    };
    let rows = [
        ("Части копии на носителе прочитаны до последнего байта и сверены с ярлыком, SHA-256", parts),
        ("Ключ копии, закрытый кодом доступа (файл key.age), сверен с ярлыком, SHA-256", key.to_owned()),
        ("Байт на носителе", words::grouped(coverage.bytes)),
        ("Подпись ярлыка ключом журнала событий", yes(coverage.label_signed, "верна", "НЕВЕРНА")),
        ("Сверка с записью, сделанной при создании копии", against_house(coverage).to_owned()),
        ("Файлы внутри копии сверены с подписанной описью, SHA-256", of(coverage.files)),
        ("Таблицы базы данных", of(coverage.tables)),
        ("Строки таблиц", of(coverage.rows)),
        ("Записи журнала событий пересчитаны", of(coverage.log)),
        (
            "Корень журнала событий",
            if restored {
                yes(coverage.log_root, "совпал с описью", "НЕ СОВПАЛ")
            } else {
                "не проверялся".to_owned()
            },
        ),
        ("Записи архива проверены полностью: подписи, печать, листы", of(coverage.records)),
    ];
    for (what, how) in rows {
        table = table.line(vec![what.to_owned(), how]);
    }
    let hundredths = read_hundredths(coverage);
    let verdict = match (checked.valid, restored, coverage.opened) {
        (true, true, _) => "Копия верна: данные школы восстанавливаются из неё полностью.",
        (true, false, true) => {
            "Копия верна: она раскрыта кодом доступа, и каждый файл внутри — тот, который назван в подписанной описи. База данных не \
             развёртывалась: это делает пробное восстановление."
        }
        (true, false, false) => {
            "Копия на носителе — та, которая была записана, байт в байт. Содержимое не раскрывалось: код доступа не вводили."
        }
        (false, ..) => "Копия неверна. Заверять её и восстанавливать из неё нельзя.",
    };
    let form = letterhead
        .form("backup-certificate", &format!("СПРАВКА № {}", checked.no))
        .subtitle(&checked.what)
        .text("Копия {} от {}, носитель {}.", &[&coverage.backup, &moment_words(&coverage.made_at), &checked.carrier])
        .text("Проверено {}.", &[&moment_words(&checked.at)])
        .with(Block::Table(table))
        .text(
            &format!(
                "Полнота: прочитано {},{:02} % от того, что указано как проверенное. {verdict}",
                hundredths / 100,
                hundredths % 100
            ),
            &[],
        );
    let form = coverage
        .faults
        .iter()
        .fold(form, |form, fault| form.with(found(format!("Найдено: {}: {}.", fault.place, fault.message))));
    let open = (!coverage.open.is_empty()).then(|| {
        found(format!(
            "На носителе открыто, без шифрования, лежат данные школы: {}. Их удаляют с носителя, затем носитель сверяют ещё раз.",
            coverage.open
        ))
    });
    let post = match checked.post.as_str() {
        "" => "Технический специалист",
        post => post,
    };
    let own = Signature { post: post.to_owned(), name: checked.by.clone(), ..Signature::default() };
    let other =
        |(post, name): &(String, String)| Signature { post: post.clone(), name: name.clone(), ..Signature::default() };
    form.maybe(open).signatures(std::iter::once(own).chain(checked.others.iter().map(other)).collect(), false)
}

/// What was found wrong, in the size of the text and heavier: whoever signs below has read it. Names of files come from the carrier, so that
/// nothing in them is a place.
fn found(text: String) -> Block {
    Block::Paragraph { parts: vec![Part::Words { text }], align: Align::Left, strong: true }
}

/// What is wrong with the sealed key of the copy.
fn key_fault(coverage: &Coverage) -> Option<&Fault> {
    coverage.faults.iter().find(|fault| fault.place == "key.age")
}

/// Whole hundredths of what was read, right or not: a part that was read to its end and differs was read all the same. Tables, rows and the
/// log are read whole wherever a copy is opened so far.
fn read_hundredths(coverage: &Coverage) -> u64 {
    let differ = |code: &str| coverage.faults.iter().filter(|fault| fault.code == code).count() as u64;
    let parts = (coverage.parts.0 + differ("backup.part-changed"), coverage.parts.1);
    let files = (coverage.files.0 + differ("backup.file-changed"), coverage.files.1);
    let read = Coverage {
        parts: (parts.0.min(parts.1), parts.1),
        files: (files.0.min(files.1), files.1),
        tables: (0, 0),
        rows: (0, 0),
        log: (0, 0),
        ..Coverage::default()
    };
    read.hundredths()
}

/// Codes of what is wrong with the copy itself, and not with its label alone.
const OF_COPY: [&str; 7] = [
    "backup.part-changed",
    "backup.part-missing",
    "backup.key-changed",
    "backup.unreadable",
    "backup.damaged",
    "backup.file-changed",
    "backup.file-missing",
];

/// Is the sealed key all that is wrong with the copy? Without it a copy does not open, whatever its parts are.
fn is_key_alone(coverage: &Coverage) -> bool {
    let of_copy = |fault: &&Fault| OF_COPY.contains(&fault.code.as_str());
    let mut faults = coverage.faults.iter().filter(of_copy);
    coverage.parts.0 == coverage.parts.1
        && key_fault(coverage).is_some()
        && faults.all(|fault| fault.place == "key.age" || fault.code == "backup.damaged")
}

/// What the comparison with the house's own note of the copy gave.
pub fn against_house(coverage: &Coverage) -> &'static str {
    let has = |code: &str| coverage.faults.iter().any(|fault| fault.code == code);
    let is_changed = coverage.parts.0 < coverage.parts.1 || OF_COPY.iter().any(|code| has(code));
    match coverage.house_compared {
        _ if has("backup.unknown-to-house") => "записи о копии нет",
        true if has("backup.swapped") || has("backup.label-signature") => "НЕ СОВПАЛА",
        true if is_key_alone(coverage) => "ярлык и части те же, а закрытый ключ копии (key.age) НЕ СОВПАЛ",
        // The label is the one that the house wrote down, and what it stands for is not: that is no match.
        true if is_changed => "ярлык тот же, а сама копия НЕ СОВПАЛА",
        true => "совпала",
        false => "не делалась",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str, place: &str) -> Fault {
        Fault { code: code.to_owned(), place: place.to_owned(), message: "изменено".to_owned() }
    }

    #[test]
    fn a_spoiled_key_is_named_and_takes_nothing_from_what_was_read() {
        let key = fault("backup.key-changed", "key.age");
        let of = |faults: Vec<Fault>, right: u64| Coverage {
            parts: (right, 2),
            label_signed: true,
            house_compared: true,
            faults,
            ..Coverage::default()
        };
        let coverage = of(vec![key.clone()], 2);
        assert_eq!(against_house(&coverage), "ярлык и части те же, а закрытый ключ копии (key.age) НЕ СОВПАЛ");
        assert_eq!(read_hundredths(&coverage), 10_000);
        let part = of(vec![fault("backup.part-changed", "copy.tar.gz.age.001")], 1);
        assert_eq!((read_hundredths(&part), part.hundredths()), (10_000, 5_000), "read and different is read");
        assert_eq!(against_house(&part), "ярлык тот же, а сама копия НЕ СОВПАЛА");
        let both = of(vec![key, fault("backup.part-missing", "copy.tar.gz.age.002")], 1);
        assert_eq!((read_hundredths(&both), is_key_alone(&both)), (5_000, false));
        let form = certificate(&Letterhead::default(), &Checked::default(), &coverage);
        let mut printed = form.tables().flat_map(|table| &table.rows).map(|row| format!("{row:?}"));
        let row = printed.find(|row| row.contains("файл key.age")).unwrap_or_default();
        assert!(row.contains("НЕ СОВПАЛ"), "{row}");
    }
}
