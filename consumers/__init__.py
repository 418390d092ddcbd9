"""What partners get: folds over one partner's own feed, and nothing else. They never import each other."""
