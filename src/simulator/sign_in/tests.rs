//! A small tenant and how its sign-in service treats people and apps.
