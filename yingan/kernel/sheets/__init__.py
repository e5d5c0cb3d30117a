"""Excel in and out: `reader` turns a hostile file into plain cells in a disposable child, `writer` makes workbooks.

`archive` looks into a zip before anybody unpacks it, `judge` puts each row through a form, `imports` and `views` do
both for a list page of `kernel.crud`. What the cells mean belongs to the page's form.
"""
