//! The office in a browser: today, paper copies and their register, handovers, files, every form with its preview. Floor 3.

mod closing;
mod conformity;
mod extracts;
mod fallback;
mod files;
mod forms;
mod handovers;
mod ink;
mod outages;
pub(in crate::web) mod papers;
pub(in crate::web) mod pile;
mod plan;
mod templates;
pub(in crate::web) mod today;
pub(in crate::web) mod twins;

use super::fields::Fields;
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::rights::Action;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadRegister);
    const KEEPS: Access = Access::Does(Action::KeepPaper);
    const HANDS: Access = Access::Does(Action::HandOverPaper);
    const RECEIVES: Access = Access::Does(Action::ReceivePaper);
    const ISSUES: Access = Access::Does(Action::IssueCopies);
    const TEMPLATES: Access = Access::Does(Action::ManageTemplates);
    vec![
        get("/office", READS, SubjectOf::House, today::today)
            .in_menu(Group::Records, "Канцелярия")
            .helped("office#сегодня"),
        get("/office/papers", READS, SubjectOf::House, papers::list)
            .in_menu(Group::Records, "Бумажные копии")
            .helped("office#путь-бумажной-копии"),
        get("/office/papers/{paper}", READS, SubjectOf::House, papers::one).helped("office#путь-бумажной-копии"),
        post("/office/papers/{paper}", KEEPS, SubjectOf::House, papers::act),
        post("/office/closing", KEEPS, SubjectOf::House, closing::close_year),
        post("/copies/paper", HANDS, SubjectOf::House, pile::of_copies),
        post("/copies/{copy}/paper", HANDS, SubjectOf::Copy, papers::of_copy),
        get("/office/handovers", Access::SignedIn, SubjectOf::House, handovers::list).helped("office#журнал-сдачи"),
        post("/office/handovers", Access::SignedIn, SubjectOf::House, handovers::sign_all),
        post("/office/papers", KEEPS, SubjectOf::House, pile::act_on_all),
        post("/office/handovers/{handover}/sign", Access::SignedIn, SubjectOf::House, handovers::sign),
        get("/office/files", READS, SubjectOf::House, files::files)
            .in_menu(Group::Records, "Дела и описи")
            .helped("office#дела-и-описи"),
        get("/office/conformity", READS, SubjectOf::House, conformity::show)
            .in_menu(Group::Records, "Соответствие стандарту")
            .helped("office#соответствие-стандарту"),
        get("/office/plan", READS, SubjectOf::House, plan::show).helped("office#дела-и-описи"),
        post("/office/plan", KEEPS, SubjectOf::House, plan::act),
        post("/office/requisites", KEEPS, SubjectOf::House, files::set_requisites),
        post("/office/volumes", KEEPS, SubjectOf::House, files::number),
        post("/office/check", KEEPS, SubjectOf::House, files::check),
        post("/office/transfers", KEEPS, SubjectOf::House, files::transfer),
        get("/office/forms", Access::Does(Action::ReadCopies), SubjectOf::House, forms::list)
            .in_menu(Group::Records, "Формы для печати")
            .helped("office#формы-для-печати"),
        get("/office/fallback", Access::Does(Action::ReadRoster), SubjectOf::House, fallback::show)
            .in_menu(Group::Records, "Листы на случай сбоя")
            .helped("office#если-журнал-недоступен"),
        get("/office/outages", READS, SubjectOf::House, outages::list).helped("office#если-журнал-недоступен"),
        post("/office/outages", RECEIVES, SubjectOf::House, outages::record),
        post("/office/outages/{no}", RECEIVES, SubjectOf::House, outages::note),
        get("/office/extracts", ISSUES, SubjectOf::House, extracts::list)
            .in_menu(Group::Records, "Выписки для семей")
            .helped("office#выписки-для-семей"),
        get("/office/extracts/{class}", ISSUES, SubjectOf::Class, extracts::class).helped("office#выписки-для-семей"),
        post("/office/extracts/{class}", ISSUES, SubjectOf::Class, extracts::act),
        get("/office/extracts/{class}/{no}", ISSUES, SubjectOf::Class, extracts::job),
        get("/office/templates", TEMPLATES, SubjectOf::House, templates::list)
            .in_menu(Group::House, "Шаблоны форм")
            .helped("office#свой-шаблон-формы"),
        get("/office/templates/{form}", TEMPLATES, SubjectOf::House, templates::one).helped("office#свой-шаблон-формы"),
        get("/office/templates/{form}/picture", TEMPLATES, SubjectOf::House, templates::picture),
        get("/office/templates/{form}/template.typ", TEMPLATES, SubjectOf::House, templates::text),
        post("/office/templates/{form}", TEMPLATES, SubjectOf::House, templates::lay),
        post("/office/templates/{form}/act", TEMPLATES, SubjectOf::House, templates::act),
        get("/office/forms/{form}", READS, SubjectOf::House, forms::of_office).helped("office#формы-для-печати"),
        get("/office/teaching/{form}", Access::Does(Action::ReadStaff), SubjectOf::House, forms::of_teaching)
            .helped("office#формы-для-печати"),
        get("/office/classes/{class}/{form}", ISSUES, SubjectOf::Class, forms::of_class)
            .helped("office#формы-для-печати"),
        get("/office/my-report", Access::SignedIn, SubjectOf::House, forms::own_report).helped("teacher#отчёт"),
        get("/office/my-report/preliminary", Access::SignedIn, SubjectOf::House, forms::own_preliminary)
            .helped("teacher#отчёт"),
    ]
}
