"""What people are told: news on the portal, and mail."""
