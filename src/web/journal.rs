//! The journal to read: a class and course as the paper page looks, a lesson list on a phone, history of a cell. Floor 3.
