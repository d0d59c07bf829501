"""One module a subcommand of `latentgraph`: `add_options(parser)` and `main(options) -> int`."""
