//! Sign-in: password and second factor, outside identity, sessions and their end. Floor 2.
