mod delta;
mod read;
mod reset;
mod update;
