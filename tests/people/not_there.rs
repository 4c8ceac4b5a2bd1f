//! Routes whose right the walk over the matrix asks, and which the story has nothing to open with.

/// Routes that nobody of the story can open with something that is there, and why: their right is asked all the same.
#[rustfmt::skip] // a list, one a line
pub(super) const NOT_THERE: [(&str, &[&str]); 6] = [
    (
        "the copies of the story are frozen and no more: nothing was typeset, signed, sealed or attached",
        &[
            "GET /copies/{copy}/{version}/changes.pdf",
            "GET /copies/{copy}/{version}/foreign/{file}",
            "GET /copies/{copy}/{version}/issued.pdf",
            "GET /copies/{copy}/{version}/pages/{page}",
            "GET /copies/{copy}/{version}/sealed.pdf",
            "GET /copies/{copy}/{version}/sheets/{no}",
            "GET /copies/{copy}/{version}/signatures.pdf",
        ],
    ),
    (
        "no paper copy, handover, scan or carrier was put on the books",
        &[
            "GET /carriers/papers/{name}",
            "GET /office/papers/{paper}",
            "GET /office/scan-pages/{file}/{page}",
            "GET /office/scan-pages/{file}/{page}/picture",
            "GET /office/scans/{copy}/{leaf}",
            "GET /office/scans/{copy}/{leaf}/must",
            "GET /office/scans/{copy}/{leaf}/scan/{scan}",
            "POST /office/handovers/{handover}/sign",
        ],
    ),
    (
        "no job was queued, no file waits for a decision, no token was issued, no template was laid, no order has a sheet",
        &[
            "GET /exchange/preview",
            "GET /jobs/{job}",
            "GET /jobs/{job}/events",
            "GET /jobs/{job}/part",
            "GET /office/templates/{form}/picture",
            "GET /office/templates/{form}/template.typ",
            "GET /year/orders/sheet",
            "POST /tokens/{token}/revoke",
        ],
    ),
    (
        "the row is named by a query, which this walk does not send",
        &[
            "GET /history/row",
        ],
    ),
    (
        "a form with a file, and none is sent",
        &[
            "POST /copies/{copy}/foreign",
            "POST /copies/{copy}/ink",
            "POST /exchange/import",
            "POST /office/receiving/photo",
            "POST /office/scans",
            "POST /office/templates/{form}",
            "POST /policy/adopt",
        ],
    ),
    (
        "a form says which act it is, and an empty one says none",
        &[
            "POST /carriers",
            "POST /carriers/code",
            "POST /carriers/custody",
            "POST /carriers/run",
            "POST /year/bells",
            "POST /year/calendar/rows",
            "POST /year/classes",
            "POST /year/closing",
            "POST /year/courses",
            "POST /year/curriculum",
            "POST /year/events",
            "POST /year/groups",
            "POST /year/individual",
            "POST /year/kinds",
            "POST /year/learners/{learner}",
            "POST /year/load",
            "POST /year/orders",
            "POST /year/orders/sheet",
            "POST /year/periods",
            "POST /year/plans/{course}",
            "POST /year/regimes",
            "POST /year/rooms",
            "POST /year/teachers",
            "POST /year/timetable/rows",
            "POST /year/works",
        ],
    ),
];
