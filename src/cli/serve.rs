//! `serve`: the house's page in a browser. Floor 3.

use std::sync::Arc;

use clap::Args;

use super::{Desk, Failure};
use crate::domain::log_proof::object_name;
use crate::flow::House;
use crate::flow::verify::{Report, VerifyOptions, verify_bytes};
use crate::web::{Checking, CopyView, Listing, ListingFault, VerifyView, WebState};

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
    let school = house.db.find_school().await?.map(|row| row.school).unwrap_or_default();
    let name = if school.short_name.is_empty() { school.name } else { school.short_name };
    let authority = house.authority().await.ok().flatten();
    println!("Страница дома: http://{bound}/   (остановить — Ctrl+C)");
    let state = WebState::new(&name, listing(Arc::new(house)), checking(authority));
    let stop = async {
        // Without the signal there is nothing to wait for but the end of the process.
        let _ = tokio::signal::ctrl_c().await;
    };
    crate::web::serve(state, listener, stop).await.map_err(failed)?;
    Ok(0)
}

fn listing(house: Arc<House>) -> Listing {
    let runtime = tokio::runtime::Handle::current();
    Arc::new(move || runtime.block_on(views(&house)).map_err(|error| Box::new(error) as ListingFault))
}

async fn views(house: &House) -> Result<Vec<CopyView>, crate::flow::Error> {
    let register = house.db.list_register().await?;
    let mut views = Vec::new();
    for row in house.db.list_copies().await? {
        let sealed = register.iter().map(|r| &r.line).find(|line| line.id == row.id && line.version == row.version);
        let snapshot = house.db.load_snapshot(row.snapshot).await?;
        let path = sealed.map(|line| {
            house
                .archive()
                .join(object_name(&line.id, line.version))
                .join("v1/content")
                .join(crate::vault::name::SEALED_PDF)
        });
        views.push(CopyView {
            id: row.id.clone(),
            version: row.version,
            class: row.class.clone(),
            period: snapshot.period.name,
            kind_ru: row.kind.as_russian().to_owned(),
            state_ru: row.state.as_russian().to_owned(),
            pages: row.pages,
            sheets: row.sheets,
            register_no: sealed.map(|line| line.no.to_string()).unwrap_or_default(),
            sealed_at: sealed.map(|line| line.sealed_at.clone()).unwrap_or_default(),
            sealed_pdf_path: path,
        });
    }
    Ok(views)
}

fn checking(authority: Option<Vec<u8>>) -> Checking {
    Arc::new(move |name, bytes| {
        // The page knows its own school: what another authority signed is not this school's record.
        let options = VerifyOptions { authority: authority.clone(), full: true };
        view(name, verify_bytes(name, bytes, &options))
    })
}

fn view(name: &str, report: Report) -> VerifyView {
    VerifyView {
        file: name.to_owned(),
        what: report.what(),
        verdict: report.verdict,
        checked: report.checked,
        findings: report.findings,
    }
}
