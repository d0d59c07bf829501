"""The stock graphs: one JSON file each, named by what they do. Holds no code."""
