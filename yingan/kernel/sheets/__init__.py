"""Excel in and out: `reader` turns a hostile file into plain cells in a disposable child, `writer` makes workbooks.

`archive` looks into a zip before anybody unpacks it. Rules about what the cells mean belong to the page that imports.
"""
