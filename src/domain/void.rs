//! Compromise: which changes of an account count as void, and what becomes of each. Floor 0.
