//! People: appointments by order, accounts and credentials down the chain, who looked at whose data. Floor 2.
