//! `break`: technical breaks, announced to everybody and taken back. Floor 3.

use clap::{Args, Subcommand};
use serde_json::json;

use super::history::read_moment;
use super::table::{Table, print_json};
use super::{Desk, Failure};
use crate::domain::people::Subject;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::breaks;

/// `break`.
#[derive(Debug, Args)]
pub(super) struct Break {
    #[command(subcommand)]
    action: Breaks,
}

#[derive(Debug, Subcommand)]
enum Breaks {
    #[command(about = "Объявить перерыв: его видят все на каждой странице и при входе")]
    Announce {
        #[arg(long, value_name = "ВРЕМЯ", help = "Начало: 2025-10-28T22:00")]
        from: String,
        #[arg(long, value_name = "ВРЕМЯ", help = "Конец: 2025-10-28T23:00")]
        to: String,
        #[arg(long, value_name = "ТЕКСТ", help = "Причина, которую прочтут все: «обновление программы»")]
        reason: String,
    },
    #[command(about = "Объявленные перерывы")]
    List,
    #[command(about = "Отменить объявленный перерыв или закончить его раньше")]
    Withdraw {
        #[arg(value_name = "№", help = "Номер из списка")]
        no: u64,
    },
}

impl Break {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        match self.action {
            Breaks::Announce { from, to, reason } => {
                desk.permits(&house, Action::AnnounceBreaks, &Subject::House).await?;
                let zone = house.config.zone();
                let span = (read_moment(&from, zone)?, read_moment(&to, zone)?);
                let no = breaks::announce(&house, span, &reason, &act).await?;
                if desk.json {
                    print_json(&json!({ "no": no }));
                } else {
                    println!("Перерыв № {no} объявлен: его видят все.");
                }
            }
            Breaks::Withdraw { no } => {
                desk.permits(&house, Action::AnnounceBreaks, &Subject::House).await?;
                breaks::withdraw(&house, no, &act).await?;
                println!("Перерыв № {no} отменён.");
            }
            Breaks::List => {
                let rows = house.db.list_breaks().await?;
                if desk.json {
                    let line = |row: &crate::store::BreakRow| {
                        json!({
                            "no": row.planned.no, "from": row.planned.starts.to_rfc3339(),
                            "to": row.planned.ends.to_rfc3339(), "reason": row.planned.reason, "announced_by": row.by,
                            "announced_at": row.at, "withdrawn_by": row.withdrawn_by
                        })
                    };
                    print_json(&rows.iter().map(line).collect::<Vec<_>>());
                    return Ok(0);
                }
                let mut table = Table::new(&["№", "С", "До", "Причина", "Объявил", "Отменил"]);
                for row in rows {
                    table.row(vec![
                        row.planned.no.to_string(),
                        words::moment(&row.planned.starts.to_rfc3339()),
                        words::moment(&row.planned.ends.to_rfc3339()),
                        row.planned.reason,
                        row.by,
                        row.withdrawn_by,
                    ]);
                }
                table.print("Перерывов не объявляли.");
            }
        }
        Ok(0)
    }
}
