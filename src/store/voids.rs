//! Compromises and the decisions on void changes: floor 1.
