//! `config`: the settings in force, a check of them, an example. Floor 3.

use clap::{Args, Subcommand};

use super::table::Table;
use super::{Desk, Failure, REFUSED};
use crate::config;

/// `config`.
#[derive(Debug, Args)]
pub(super) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(about = "Действующие значения всех ключей и откуда они взяты; секреты не показываются")]
    Show,
    #[command(about = "Проверить letopis.toml и переменные окружения, ничего не запуская")]
    Check,
    #[command(about = "Пример файла letopis.toml со всеми ключами и пояснениями")]
    Example,
}

impl Config {
    pub(super) fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match self.action {
            Action::Show => show(desk),
            Action::Check => check(desk),
            Action::Example => {
                print!("{}", config::example());
                Ok(0)
            }
        }
    }
}

fn read(desk: &Desk) -> Result<config::Config, Failure> {
    config::Config::read(&desk.folder()?).map_err(|error| Failure::Flow(error.into()))
}

fn show(desk: &Desk) -> Result<u8, Failure> {
    let listing = read(desk)?.listing();
    if desk.json {
        super::table::print_json(&listing);
        return Ok(0);
    }
    let mut table = Table::new(&["Ключ", "Значение", "Откуда", "Единица", "Переменная"]);
    for line in listing {
        let cells = [line.key, line.value.as_str(), line.origin.as_russian(), line.unit, line.env];
        table.row(cells.map(str::to_owned).to_vec());
    }
    println!("{}", table.to_text());
    Ok(0)
}

fn check(desk: &Desk) -> Result<u8, Failure> {
    let strange = config::unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    for fault in &strange {
        println!("переменные окружения: {fault}");
    }
    match config::Config::read(&desk.folder()?) {
        Ok(_) if strange.is_empty() => {
            println!("Настройки верны.");
            Ok(0)
        }
        Ok(_) => Ok(REFUSED),
        Err(config::Error::Keys { path, faults }) => {
            for fault in faults {
                println!("{}: {fault}", path.display());
            }
            Ok(REFUSED)
        }
        Err(error) => Err(Failure::Flow(error.into())),
    }
}
