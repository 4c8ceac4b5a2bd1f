//! The `letopis` program: hands its command line over to the doors.

fn main() {}
