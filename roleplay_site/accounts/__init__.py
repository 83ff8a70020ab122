"""Accounts of researchers and administrators, and what each may do."""
