//! `key`: keys and certificates of staff and school: list, replace, revoke, a new authority. Floor 3.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::table::{Table, print_json};
use super::{Desk, Failure};
use crate::flow::keys::{self, Keyring, Reason};

/// `key`.
#[derive(Debug, Args)]
pub(super) struct Key {
    #[command(subcommand)]
    what: Keys,
}

#[derive(Debug, Subcommand)]
enum Keys {
    #[command(about = "Список ключей и сертификатов")]
    List,
    #[command(about = "Выдать сотруднику новый ключ на сервере; прежний больше не подписывает")]
    Replace(Whose),
    #[command(about = "Отозвать ключ сотрудника; сделанные подписи остаются")]
    Revoke(Whose),
    #[command(about = "Заменить удостоверяющий центр и печать школы; записи под прежним центром остаются в силе")]
    Authority,
}

/// Whose key, and why.
#[derive(Debug, Args)]
struct Whose {
    #[arg(value_name = "СОТРУДНИК", help = "Идентификатор сотрудника")]
    person: String,
    #[arg(
        long,
        value_name = "ПРИЧИНА",
        default_value = "lost",
        help = "lost – утрачен, compromised – мог стать известен, replaced – замена, dismissed – увольнение"
    )]
    reason: String,
    #[arg(long, value_name = "ТЕКСТ", default_value = "", hide_default_value = true, help = "Пояснение")]
    note: String,
}

impl Whose {
    fn reason(&self) -> Result<Reason, Failure> {
        let words = Reason::ALL.map(Reason::as_str).join(", ");
        Reason::parse(&self.reason)
            .ok_or_else(|| Failure::Said(format!("причина «{}» неизвестна: нужно одно из {words}", self.reason)))
    }
}

#[derive(Debug, Serialize)]
struct KeyLine<'a> {
    id: &'a str,
    subject: &'a str,
    serial: &'a str,
    fingerprint: &'a str,
    not_before: &'a str,
    not_after: &'a str,
    key_file: &'a str,
    state: String,
}

impl Key {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        match &self.what {
            Keys::List => return list(desk, &house).await,
            Keys::Replace(whose) => {
                let row = keys::replace_key(&house, &whose.person, whose.reason()?, &whose.note, &act).await?;
                println!("Сотруднику {} выдан новый ключ, сертификат {}.", whose.person, row.serial);
            }
            Keys::Revoke(whose) => {
                keys::revoke(&house, &whose.person, whose.reason()?, &whose.note, &act).await?;
                println!("Ключ сотрудника {} отозван. Новый: letopis key replace {0}", whose.person);
            }
            Keys::Authority => {
                let staff = keys::replace_authority(&house, &act).await?;
                println!("Удостоверяющий центр и печать заменены; сертификатов сотрудникам выдано: {staff}.");
                println!(
                    "Копии, ещё не скреплённые печатью, выпустите заново: letopis issue КОПИЯ --reissue ОСНОВАНИЕ"
                );
            }
        }
        Ok(0)
    }
}

async fn list(desk: &Desk, house: &crate::flow::House) -> Result<u8, Failure> {
    let keyring = Keyring::open(house).await?;
    let now = desk.act(house).at;
    let rows = house.db.list_certificates().await?;
    let state = |row: &crate::store::CertificateRow| {
        keys::state_of(row, keyring.revocation_of(&row.fingerprint), now).as_russian()
    };
    if desk.json {
        let lines = rows.iter().map(|row| KeyLine {
            id: &row.owner,
            subject: &row.subject,
            serial: &row.serial,
            fingerprint: &row.fingerprint,
            not_before: &row.not_before,
            not_after: &row.not_after,
            key_file: &row.key_file,
            state: state(row),
        });
        print_json(&lines.collect::<Vec<_>>());
        return Ok(0);
    }
    let mut table = Table::new(&["Чей", "Владелец", "Сертификат №", "Действителен с", "по", "Состояние", "Файл ключа"]);
    for row in &rows {
        table.row(vec![
            row.owner.clone(),
            row.subject.clone(),
            row.serial.clone(),
            row.not_before.chars().take(10).collect(),
            row.not_after.chars().take(10).collect(),
            state(row),
            row.key_file.clone(),
        ]);
    }
    table.print("Ключей ещё нет: они выдаются при загрузке журнала.");
    Ok(0)
}
