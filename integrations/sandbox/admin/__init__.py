"""The store's admin, as far as an app meets it: a frame around the app, and App Bridge inside of it."""
