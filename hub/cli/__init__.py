"""The command line. Each module imports what is heavy only when its command runs, so that `--help` is quick."""
