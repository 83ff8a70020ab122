"""What people without an account see: what this is, published results, and the way in."""
