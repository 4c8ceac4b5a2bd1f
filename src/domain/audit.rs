//! Audit events and how they enter the log. Floor 0.
