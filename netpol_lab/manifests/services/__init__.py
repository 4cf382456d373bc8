"""Services: where they lead, as manifests write it."""
