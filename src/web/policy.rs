//! Pages of the policy: values with clauses, comparison, lint, deadlines. Floor 3.
