//! Who: selectors, lists, exclusions; resolved subjects.
