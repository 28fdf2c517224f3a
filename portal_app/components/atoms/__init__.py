"""The smallest parts: buttons, links, badges, surfaces, figures in text."""
