//! Pages of the records: copies, verification, the register, the log. Floor 3.
