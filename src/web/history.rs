//! Pages of the history: who changed what, undo, compromise and the decisions on void changes. Floor 3.
