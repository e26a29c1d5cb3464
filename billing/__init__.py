"""Permille (千分一): billing, late fees, dunning and proof for a property-management office."""
