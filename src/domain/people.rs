//! People of the house: appointments by order, accounts, who holds which office on a day. Floor 0.
