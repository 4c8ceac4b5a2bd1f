//! Names: folding, sorting, initials, ASCII slugs. Floor 0.
