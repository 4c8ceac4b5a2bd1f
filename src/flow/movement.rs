//! Movement: learners are enrolled, moved and leave by orders; classes are promoted; lists of any past day. Floor 2.
