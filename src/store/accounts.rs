//! Accounts, sessions and appointments: floor 1.
