"""A manifest as a file: YAML in, every mistake with its place; and YAML out."""
