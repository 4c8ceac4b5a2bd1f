//! `serve`: the house's page in a browser. Floor 3.

use std::sync::Arc;

use clap::Args;

use super::{Desk, Failure, clock};
use crate::flow::House;
use crate::web::WebState;

/// `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[arg(long, value_name = "ПОРТ", default_value_t = 8017, help = "Порт; 0 — любой свободный")]
    port: u16,
}

impl Serve {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        serve(desk.house().await?, self.port).await
    }
}

/// Serves the page on this machine's own address until Ctrl+C.
pub(super) async fn serve(house: House, port: u16) -> Result<u8, Failure> {
    // Faults of a request are told here and nowhere else: the page itself shows none of them, and the log holds no personal data.
    let level = tracing_subscriber::EnvFilter::try_from_env("LETOPIS_LOG");
    let level = level.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A second page in one process would find the log set already, and that is as well.
    let _ = tracing_subscriber::fmt().with_env_filter(level).with_writer(std::io::stderr).try_init();
    let address = format!("127.0.0.1:{port}");
    let failed = |source| Failure::Address { address: address.clone(), source };
    let listener = tokio::net::TcpListener::bind(&address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let zone = house.config.zone();
    println!("Страница дома: http://{bound}/   (остановить — Ctrl+C)");
    let state = WebState::new(Arc::new(house), Arc::new(move || clock::now(zone)));
    let stop = async {
        // Without the signal there is nothing to wait for but the end of the process.
        let _ = tokio::signal::ctrl_c().await;
    };
    crate::web::serve(state, listener, stop).await.map_err(failed)?;
    Ok(0)
}
