//! The policy's lint: contradictions inside one regulation, deadlines after the print date, undefined cases. Floor 0.
