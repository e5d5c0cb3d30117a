"""The files of npm packages that pages may load: package → patterns under it, as `{% static 'vendor/PACKAGE/FILE' %}`.

`kernel.staticfiles.NpmFinder` serves these and nothing else; a source map is taken along where it lies beside its file.
"""

NPM_FILES: dict[str, list[str]] = {
    "@alpinejs/csp": ["dist/cdn.min.js"],
    "@tabler/core": ["dist/css/tabler.min.css", "dist/js/tabler.min.js"],
    "@tabler/icons-webfont": [
        "dist/tabler-icons.min.css",
        "dist/fonts/tabler-icons.woff2",
        "dist/fonts/tabler-icons.woff",
        "dist/fonts/tabler-icons.ttf",
    ],
    "echarts": ["dist/echarts.min.js", "i18n/langZH.js"],
    "flatpickr": ["dist/flatpickr.min.css", "dist/flatpickr.min.js", "dist/l10n/zh.js"],
    "htmx-ext-sse": ["dist/sse.min.js"],
    "htmx.org": ["dist/htmx.min.js"],
    "idiomorph": ["dist/idiomorph-ext.min.js"],
    "tom-select": ["dist/css/tom-select.bootstrap5.min.css", "dist/js/tom-select.complete.min.js"],
}
