//! Codes of findings as the log keeps them, each with a sentence for people. Floor 0.

/// What a finding's code says, as it stands in a list of findings; a code that a newer program wrote is told by its area.
pub fn said(code: &str) -> &'static str {
    exactly(code).unwrap_or_else(|| in_general(code))
}

/// The codes that checks of the house and of its backups write into the log.
fn exactly(code: &str) -> Option<&'static str> {
    let said = match code {
        "archive.changed-file" => "файл записи архива не совпадает с описью",
        "archive.declaration" => "изменено обозначение архива",
        "archive.empty" => "в архиве нет ни одной записи",
        "archive.extra-file" => "в архиве лежит посторонний файл",
        "archive.foreign-authority" => "запись архива заверена чужим удостоверяющим центром",
        "archive.inventory-changed" => "изменена опись записи архива",
        "archive.inventory-unreadable" => "опись записи архива не читается",
        "archive.missing-file" => "в записи архива нет файла из описи",
        "archive.other-authority" => "записи архива заверены двумя удостоверяющими центрами",
        "archive.other-name" => "запись архива лежит под чужим именем",
        "archive.register-gap" => "в архиве пропущен номер по реестру",
        "archive.register-number-twice" => "номер по реестру стоит на двух записях архива",
        "archive.superseded" => "запись архива заменена новой версией",
        "archive.unreadable-file" => "файл записи архива не читается",
        "backup.damaged" => "содержимое резервной копии повреждено",
        "backup.database" | "backup.guard" => "в резервной копии снята защита таблицы базы",
        "backup.extra-file" => "в резервной копии лишний файл",
        "backup.open-data" => "на носителе открыто лежат данные школы",
        "backup.file-changed" => "файл резервной копии изменён",
        "backup.file-missing" => "в резервной копии нет файла из описи",
        "backup.foreign-key" => "ярлык резервной копии подписан чужим ключом",
        "backup.house-rewritten" => "журнал событий школы не продолжает журнал резервной копии",
        "backup.house-rolled-back" => "журнал событий школы короче, чем в резервной копии",
        "backup.key-changed" => "закрытый ключ в резервной копии подменён или повреждён",
        "backup.key-unknown" => "ключ, которым подписан ярлык, неизвестен",
        "backup.label-signature" => "подпись ярлыка резервной копии неверна",
        "backup.log-root" => "журнал событий в резервной копии не сходится с её описью",
        "backup.manifest" => "опись резервной копии изменена или не читается",
        "backup.newer-copy" => "на носителе есть резервная копия новее",
        "backup.older-than-paper" => "резервная копия старше листа с контрольной точкой",
        "backup.other-school" => "резервная копия другой школы",
        "backup.part-changed" => "часть резервной копии изменена",
        "backup.part-missing" => "на носителе нет части резервной копии",
        "backup.readme-changed" => "страница README.txt резервной копии подменена",
        "backup.record" => "запись архива в резервной копии не проходит проверку",
        "backup.rows" => "в таблице резервной копии не столько строк, сколько в описи",
        "backup.sums-changed" => "список контрольных сумм резервной копии переписан",
        "backup.swapped" => "на носителе не та резервная копия",
        "backup.unknown-to-house" => "об этой резервной копии нет записи",
        "backup.unreadable" => "резервная копия не читается",
        "backup.unsafe-name" => "в резервной копии недопустимое имя файла",
        "doctor.bundle-altered" => "сохранённый набор данных изменён",
        "doctor.bundle-missing" => "нет сохранённого набора данных",
        "doctor.certificate-altered" => "сертификат в базе не тот, что внесён в журнал событий",
        "doctor.certificate-missing" => "нет сертификата, внесённого в журнал событий",
        "doctor.changes-differ" => "лист изменений копии не сходится с её прошлой версией",
        "doctor.closure-altered" => "запись о закрытии периода изменена",
        "doctor.closure-missing" => "нет записи о закрытии периода",
        "doctor.copy-altered" => "запись о копии изменена",
        "doctor.copy-foreign" => "в базе копия, которой не знает журнал событий",
        "doctor.copy-missing" => "в базе нет копии, внесённой в журнал событий",
        "doctor.counter" => "счётчик реестра не на последнем номере",
        "doctor.entries-altered" => "изменены времена записей журнала",
        "doctor.guard-gone" => "снята защита таблицы базы",
        "doctor.issued-altered" => "выпущенный PDF изменён",
        "doctor.issued-missing" => "выпущенный PDF не читается или пропал",
        "doctor.issued-unknown" => "в папке выпущенных PDF файл копии, которой нет в базе",
        "doctor.issued-unowned" => "в папке выпущенных PDF лежит лишний файл",
        "doctor.journal-lost" => "журнал, по которому составлена копия, не восстанавливается",
        "doctor.key-missing" => "нет файла закрытого ключа",
        "doctor.log-proof-differs" => "доказательство записи в журнале событий не то, что в базе",
        "doctor.object-missing" => "в архиве нет записи из реестра",
        "doctor.object-unknown" => "в архиве запись, которой нет в реестре",
        "doctor.policy-altered" => "правила школы в базе изменены",
        "doctor.register-altered" => "строка реестра изменена",
        "doctor.register-gap" => "в реестре пропущен номер",
        "doctor.register-line-foreign" => "в реестре строка, которой не знает журнал событий",
        "doctor.register-line-missing" => "скреплённой копии нет в реестре",
        "doctor.sealed-pdf-differs" => "PDF в архиве не тот, что внесён в реестр",
        "doctor.snapshot-altered" => "снимок копии изменён",
        "doctor.state-differs" => "состояние копии не то, что в журнале событий",
        "doctor.statement-altered" => "заявление подписи изменено",
        "doctor.statement-differs" => "заявление подписи не то, что в журнале событий",
        "doctor.statement-foreign" => "заявление подписи, которого не знает журнал событий",
        "doctor.statement-kept-differs" => "перенесённое заявление подписи не то, что в журнале событий",
        "doctor.statement-missing" => "нет заявления подписи, внесённого в журнал событий",
        "doctor.supplement-differs" => "приём поздних записей не тот, что в журнале событий",
        "doctor.supplement-foreign" => "приём поздних записей, которого не знает журнал событий",
        "doctor.supplement-missing" => "нет приёма поздних записей, внесённого в журнал событий",
        "log.change-altered" => "строка истории изменений изменена",
        "log.change-foreign" => "строка истории изменений, которой не знает журнал событий",
        "log.change-missing" => "нет строки истории изменений",
        "log.checkpoint-signature" => "подпись контрольной точки неверна",
        "log.entry-altered" => "запись журнала событий изменена",
        "log.event-unreadable" => "запись журнала событий не читается",
        "log.gap" => "в журнале событий пропущена запись",
        "log.history-broken" => "история изменений не сходится со строками",
        "log.length" => "журнал событий короче или длиннее, чем должен быть",
        "log.notice-altered" => "уведомление о компрометации изменено",
        "log.notice-foreign" => "уведомление или решение о нём вписано мимо программы",
        "log.notice-missing" => "нет уведомления о компрометации или решения о нём",
        "log.origin-lost" => "исходные строки журнала не восстанавливаются",
        "log.rewritten" => "журнал событий переписан",
        "log.rolled-back" => "база возвращена к прежнему состоянию",
        "log.root" => "корень журнала событий не сходится с записями",
        "log.row-altered" => "строка данных изменена мимо программы",
        "log.row-deleted" => "строка данных удалена мимо программы",
        "log.row-inserted" => "строка данных добавлена мимо программы",
        _ => return None,
    };
    Some(said)
}

/// By the part before the point, for codes of single records: what is wrong there is told in full where the record is checked.
fn in_general(code: &str) -> &'static str {
    match code.split('.').next().unwrap_or_default() {
        "archive" => "нарушена запись архива",
        "authority" => "неверен удостоверяющий центр школы",
        "backup" => "нарушена резервная копия",
        "doctor" => "база, архив и журнал событий не сходятся",
        "extract" => "нарушена выписка",
        "log" => "нарушен журнал событий",
        "package" => "нарушен пакет",
        "record" => "нарушена запись архива: её части не сходятся",
        "seal" => "печать школы неверна",
        "signature" => "внешняя подпись неверна",
        "snapshot" => "данные журнала не те, что в снимке копии",
        "statement" => "подпись под копией неверна",
        _ => "нарушение",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_doctor_the_log_and_the_backups_has_a_sentence_of_its_own() {
        let texts = [
            include_str!("../../flow/doctor.rs"),
            include_str!("../../flow/doctor/origins.rs"),
            include_str!("../../flow/doctor/records.rs"),
        ];
        let codes = texts.iter().flat_map(|text| text.split('"').skip(1).step_by(2));
        let mut met = 0;
        for code in codes.filter(|text| text.starts_with("doctor.") && !text.contains(' ')) {
            assert!(exactly(code).is_some(), "no sentence for {code}");
            met += 1;
        }
        assert!(met > 20, "{met}");
        assert_eq!(said("seal.digest"), "печать школы неверна");
        assert_eq!(said("of.tomorrow"), "нарушение");
    }
}
