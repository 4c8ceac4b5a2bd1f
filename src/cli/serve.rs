//! `serve`: the house in a browser, until it is told to stop. Floor 3.

use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Desk, Failure, clock};
use crate::config::Config;
use crate::flow::{self, House};
use crate::web::WebState;

/// `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[arg(long, value_name = "ПОРТ", help = "Порт вместо указанного в letopis.toml; 0 — любой свободный")]
    port: Option<u16>,
}

impl Serve {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        serve(desk.house().await?, self.port).await
    }
}

/// The program's log, to standard error. Only our own lines follow the level of the settings: what a library tells at `debug` may hold
/// addresses and values.
fn open_log(config: &Config) {
    let filter = EnvFilter::new(format!("warn,letopis={}", config.log_level()));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // A second page in one process would find the log set already, and that is as well.
    let _ = if config.log_is_json() { log.json().flatten_event(true).try_init() } else { log.try_init() };
    // What a panic says may hold anything that was being shown: only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// The day's work of an open house: the log's checkpoint and, where it is switched on, the feed. Asks every hour whether it is due: a
/// machine that sleeps at night still does it once a day.
async fn keep_the_day(house: Arc<House>) {
    const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
    let mut hours = tokio::time::interval(HOUR);
    loop {
        hours.tick().await;
        let act = clock::act(crate::domain::people::OPERATOR, house.config.zone());
        if let Err(error) = flow::log::daily_checkpoint(&house, &act).await {
            tracing::error!(%error, "the day's checkpoint is not signed");
        }
        if let Err(error) = flow::exchange::feed::daily(&house, &act).await {
            tracing::error!(%error, "the day's feed is not written");
        }
        match flow::backup::daily(&house, &act).await {
            Ok(written) => {
                for (carrier, why) in written.iter().flat_map(|one| &one.failed) {
                    tracing::warn!(%carrier, %why, "the carrier has no copy of today");
                }
                for said in written.iter().flat_map(|one| &one.outside) {
                    tracing::warn!(%said, "the copy is on a carrier that is out of the safe");
                }
            }
            Err(error) => tracing::error!(%error, "the day's backup is not written"),
        }
        match flow::backup::prune::prune(&house, &act, Arc::new(flow::backup::Silent)).await {
            Ok(pruned) => {
                for (carrier, why) in &pruned.refused {
                    tracing::warn!(%carrier, %why, "old copies stay on the carrier");
                }
            }
            Err(error) => tracing::error!(%error, "old copies are not taken off"),
        }
    }
}

/// Serves the house until Ctrl+C or SIGTERM; requests under way are answered, a job under way is given back.
pub(super) async fn serve(house: House, port: Option<u16>) -> Result<u8, Failure> {
    open_log(&house.config);
    let mut address = house.config.listen();
    if let Some(port) = port {
        address.set_port(port);
    }
    let failed = |source| Failure::Address { address: address.to_string(), source };
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let shown = match house.config.public_url() {
        url if url.is_empty() => format!("http://{bound}"),
        url => url,
    };
    println!("Страница дома: {shown}/   (остановить — Ctrl+C)");
    if house.db.list_accounts().await?.is_empty() {
        let dir = house.root.display();
        println!("В доме ещё нет ни одного входа. Первый логин и пароль: letopis account issue operator --dir {dir}");
    }
    let zone = house.config.zone();
    let house = Arc::new(house);
    let day = tokio::spawn(keep_the_day(house.clone()));
    let state = WebState::new(house, Arc::new(move || clock::now(zone)));
    let stop = async move {
        tokio::select! {
            // Without the signal there is nothing to wait for but the other one.
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
    };
    let served = crate::web::serve(state, listener, stop).await.map_err(failed);
    day.abort();
    served?;
    tracing::info!("stopped");
    Ok(0)
}
