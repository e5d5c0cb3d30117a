"""The composition root: settings, URLs, menus and process entry points. Nobody imports it."""
