//! What the chassis promises of every database, on every database.

mod database;
mod migrating;
mod objects;
mod time;
