//! Sending a request and judging its answer.
