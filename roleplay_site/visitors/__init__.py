"""What people without an account see: what the site is for, published results, and the login."""
