"""The command line: everything a person starts by hand."""
