//! The checkpoint of the audit log. Floor 0.
