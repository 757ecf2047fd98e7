"""What `audit new` proposes for exports that nobody has explained yet."""
