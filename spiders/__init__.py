"""Site definition → capture → raw listings: fetching, evidence, and the readers that read pages."""
