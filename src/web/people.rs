//! Pages of people and rights: sign-in, own sessions, appointments, credentials, compromise, who looked. Floor 3.
