//! The one test binary.
mod cli;
mod costs;
mod decisions;
mod envoy;
mod filter;
mod fleet;
mod fuzz;
mod gateway;
mod language;
mod language_corpus;
mod pages;
mod proofs;
mod recipes;
mod scan;
mod signals;
mod signals_facts;
