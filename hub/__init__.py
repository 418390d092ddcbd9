"""The work: receiving, placing, accepting, delivering; then the outside (adapters); then the doors (api, cli)."""
