"""Paper: frozen values in, PDF bytes out. A leaf that knows no rows, no clock and no network."""
