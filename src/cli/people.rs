//! `people`, `account`: appointments, credentials, who looked. Floor 3.
