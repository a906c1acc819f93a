"""The Study page: figures, tables, downloads, `study report`."""
