//! The policy that the bundles' stories are checked by: the built-in one, with the usual scale and codes.

use letopis::domain::policy::{self, Policy};

/// Marks 2 to 5, «осв», «н/а», «безотм», absences н Б У Н О.
pub fn usual() -> Policy {
    let text = policy::builtin("default").expect("the built-in policy");
    policy::parse("default", text).expect("a valid policy")
}
